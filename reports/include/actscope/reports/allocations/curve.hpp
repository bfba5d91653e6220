// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "actscope/reports/allocations/history.hpp"

namespace actscope::reports {

/// Live bytes over time in columns of equal width, group upon group.
struct LiveCurve {
  std::size_t columns = 0, groups = 0;
  std::int64_t from_ns = 0, to_ns = 0;
  /// [columns, groups] bytes of each group at the moment of the column at which all together are
  /// highest: no peak is lost at any width.
  std::vector<double> bytes;
  /// [columns, groups] bytes times nanoseconds; their sum does not depend on the columns.
  std::vector<double> byte_ns;

  double of(std::size_t column, std::size_t group) const { return bytes[column * groups + group]; }
  double total(std::size_t column) const;
};

/// group_of  of every block, below `groups`
/// Cost     one pass over the blocks of the device
LiveCurve live_curve(const AllocationHistory& history, std::int8_t device,
                     std::span<const std::uint8_t> group_of, std::size_t groups,
                     std::int64_t from_ns, std::int64_t to_ns, std::size_t columns);

struct LivePeak {
  Tick tick = 0;
  std::int64_t bytes = 0;
};

/// The highest live bytes of a device; the first moment that reaches them.
LivePeak peak_of(const AllocationHistory& history, std::int8_t device);

/// Calls `take` with every block of a device that is live right after a tick.
void for_each_live(const AllocationHistory& history, std::int8_t device, Tick tick,
                   const std::function<void(std::uint32_t block)>& take);

/// Part of what is live at one moment. Units: bytes.
struct LiveShare {
  MemoryCategory category = MemoryCategory::other;
  std::uint32_t layer = 0;
  std::int64_t bytes = 0;
  std::int64_t blocks = 0;
};

/// What is live right after a tick, by category and layer, largest first; sums up to all of it.
std::vector<LiveShare> live_shares(const AllocationHistory& history, std::int8_t device, Tick tick);

/// A block in a picture whose heights are bytes: where it lies as blocks below it come and go.
struct StackedBlock {
  struct Stretch {
    Tick from = 0;
    std::int64_t offset_bytes = 0;
  };
  std::uint32_t block = 0;
  std::vector<Stretch> stretches;  ///< by from; the last one goes to the block's end
};

/// Stacks the blocks that hold most bytes for longest between two moments, older ones below; the
/// rest together lie on top, as the curve of live bytes says.
/// most  blocks at most
std::vector<StackedBlock> stacked_blocks(const AllocationHistory& history, std::int8_t device,
                                         std::int64_t from_ns, std::int64_t to_ns,
                                         std::size_t most);

}  // namespace actscope::reports
