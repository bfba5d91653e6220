// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "actscope/reports/allocations/history.hpp"

namespace actscope::reports {

/// Times and blocks of a damaged file stay where sums of them cannot overflow: 36 years, 1 TiB.
inline constexpr std::int64_t most_ns = std::int64_t{1} << 60U;
inline constexpr std::int64_t most_block_bytes = std::int64_t{1} << 40U;

/// Where in a step an allocation or a free happened.
struct EventPlace {
  std::int32_t step = -1;
  Phase phase = Phase::other;
};

/// Makes blocks of allocations and frees, in their order, and tells what each is for.
class AllocationBuilding {
 public:
  AllocationHistory history;

  AllocationBuilding();

  std::uint32_t text(const std::string& text);

  /// A moment; allocations and frees until the next one belong to it.
  Tick tick(std::int64_t time_ns);
  void allocate(const Allocation& block, EventPlace at);
  /// bytes  of what is freed: a block that was there before, where no allocation was seen
  void free(std::int8_t device, std::uint64_t address, std::int64_t bytes, EventPlace at);
  /// Whether a block of the address is live.
  bool is_live(std::int8_t device, std::uint64_t address) const;
  /// Memory that is there when the recording, or what follows end_all, begins; `end` as of a block.
  void add_before(const Allocation& block);
  /// A part of the run was not recorded: all blocks of the device end, what follows begins anew.
  void end_all(std::int8_t device);

  /// Orders, and sets the categories. No calls after it.
  void finish();

 private:
  using Live = std::map<std::uint64_t, std::uint32_t>;  // block by address

  void end_block(std::uint32_t block, EventPlace at);
  void end_overlapped(Live& live, const Allocation& block, EventPlace at);
  void see(EventPlace at);
  void categorize();

  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::map<std::int8_t, Live> live_;
  std::map<std::int8_t, Tick> window_begin_;  // the last end_all
  std::vector<std::int32_t> end_steps_;       // of every block
  std::int32_t last_step_ = -1;
  bool is_backward_over_ = false;  // of the last step
};

/// The category of a block by when it came and went:
/// forward    workspace: gone within forward; saved: gone in the backward of its step, or its
///            backward was not recorded to its end; else other (loss, outputs)
/// backward   workspace: gone within that backward; else gradient
/// optimizer  workspace: gone within that optimizer step; else optimizer state
/// none of these: other
MemoryCategory category_by_life(const Allocation& block, std::int32_t end_step,
                                bool is_backward_over);

}  // namespace actscope::reports
