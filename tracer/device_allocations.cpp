// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/device_allocations.hpp"

namespace actscope::tracer {
namespace {

bool is_device(std::int32_t device) {
  return device >= 0 && device < DeviceAllocations::most_devices;
}

}  // namespace

void DeviceAllocations::set_live_bytes(std::int32_t device, std::int64_t bytes) noexcept {
  if (is_device(device)) live_bytes_[static_cast<std::size_t>(device)] = bytes;
}

std::int64_t DeviceAllocations::live_bytes(std::int32_t device) const noexcept {
  return is_device(device) ? live_bytes_[static_cast<std::size_t>(device)].load() : 0;
}

std::optional<MemoryEvent> DeviceAllocations::add(const BlockEntry& entry) noexcept {
  if (!is_device(entry.device) || entry.bytes < 0) return std::nullopt;
  std::atomic<std::int64_t>& live = live_bytes_[static_cast<std::size_t>(entry.device)];
  MemoryEvent event;
  event.device = static_cast<std::int8_t>(entry.device);
  event.address = entry.address;
  event.bytes = entry.change == BlockChange::allocated ? entry.bytes : -entry.bytes;
  switch (entry.change) {
    case BlockChange::allocated:
      event.life = MemoryLife::whole;
      break;
    case BlockChange::free_requested:
      event.life = MemoryLife::logical;
      break;
    case BlockChange::free_completed:
      event.life = MemoryLife::physical;
      event.live_bytes = live.load(std::memory_order_relaxed);
      return event;
  }
  event.live_bytes = live.fetch_add(event.bytes, std::memory_order_relaxed) + event.bytes;
  return event;
}

std::vector<LiveMemory> live_memory(const std::vector<DeviceSegment>& segments) {
  std::vector<LiveMemory> live;
  for (const DeviceSegment& segment : segments) {
    std::uint64_t address = segment.address;
    for (const DeviceSegment::Block& block : segment.blocks) {
      if (block.has_owner) live.push_back({address, block.requested_bytes});
      address += static_cast<std::uint64_t>(block.bytes);
    }
  }
  return live;
}

}  // namespace actscope::tracer
