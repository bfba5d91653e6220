// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/memory_timeline.hpp"

namespace actscope::tracer {

/// What the caching allocator of a device does with a block: its owner gets it and lets go of it;
/// when no stream uses it any more, the allocator may hand it out again.
enum class BlockChange : std::uint8_t { allocated, free_requested, free_completed };

/// One such change, as the allocator tells it. Units: bytes as the owner asked for.
struct BlockEntry {
  BlockChange change = BlockChange::allocated;
  std::int32_t device = 0;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
};

/// Makes records of a trace from the entries of caching allocators, and counts live bytes by device
/// meanwhile. Entries of different devices may come at the same time, those of one device in order.
class DeviceAllocations {
 public:
  static constexpr std::int32_t most_devices = std::numeric_limits<std::int8_t>::max() + 1;

  /// What was live on a device before the first entry.
  void set_live_bytes(std::int32_t device, std::int64_t bytes) noexcept;
  /// 0 for a device that cannot be.
  std::int64_t live_bytes(std::int32_t device) const noexcept;

  /// The record without time, place and thread. A block's owner sees it live until free_requested;
  /// free_completed ends its physical life alone. Nothing for a device or size that cannot be.
  std::optional<MemoryEvent> add(const BlockEntry& entry) noexcept;

 private:
  std::array<std::atomic<std::int64_t>, most_devices> live_bytes_{};
};

/// A stretch of device memory that the allocator has divided into blocks, which lie one behind the
/// other.
struct DeviceSegment {
  struct Block {
    std::int64_t bytes = 0;            ///< up to the next block
    std::int64_t requested_bytes = 0;  ///< by its owner
    bool has_owner = false;
  };
  std::uint64_t address = 0;
  std::vector<Block> blocks;
};

/// The blocks that have an owner.
std::vector<LiveMemory> live_memory(const std::vector<DeviceSegment>& segments);

}  // namespace actscope::tracer
