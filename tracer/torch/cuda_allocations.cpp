// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/cuda_allocations.hpp"

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>

#include <atomic>
#include <mutex>
#include <optional>

#include "actscope/base/error.hpp"
#include "actscope/tracer/device_allocations.hpp"
#include "actscope/tracer/recorder.hpp"
#include "cuda_memory.hpp"

namespace actscope::tracer {
namespace {

namespace caching_allocator = c10::cuda::CUDACachingAllocator;
using caching_allocator::TraceEntry;

std::atomic<bool> is_armed{false};

// Never destroyed: the allocator may call until the very end.
DeviceAllocations& allocations() {
  static auto* all = new DeviceAllocations;
  return *all;
}

std::optional<BlockChange> change_of(TraceEntry::Action action) {
  switch (action) {
    case TraceEntry::ALLOC:
      return BlockChange::allocated;
    case TraceEntry::FREE_REQUESTED:
      return BlockChange::free_requested;
    case TraceEntry::FREE_COMPLETED:
      return BlockChange::free_completed;
    default:
      return std::nullopt;  // of whole segments
  }
}

// With the allocator's lock held. Live bytes are counted between traced steps too.
void on_entry(const TraceEntry& entry) noexcept {
  if (!is_armed.load(std::memory_order_relaxed)) return;
  const std::optional<BlockChange> change = change_of(entry.action_);
  if (!change) return;
  const std::optional<MemoryEvent> event = allocations().add(
      {*change, entry.device_, entry.addr_, static_cast<std::int64_t>(entry.size_)});
  if (event) record_memory(*event);
}

void attach_once() {
  static std::mutex mutex;
  static bool is_attached = false;
  const std::scoped_lock lock(mutex);
  if (is_attached) return;
  caching_allocator::attachAllocatorTraceTracker(&on_entry);
  is_attached = true;
}

std::vector<LiveMemory> live_on(int device) {
  std::vector<DeviceSegment> segments;
  const caching_allocator::SnapshotInfo snapshot =
      caching_allocator::snapshot({0, 0}, /*include_traces=*/false);
  for (const caching_allocator::SegmentInfo& info : snapshot.segments) {
    if (info.device != device) continue;
    DeviceSegment& segment = segments.emplace_back();
    segment.address = info.address;
    for (const caching_allocator::BlockInfo& block : info.blocks) {
      segment.blocks.push_back({static_cast<std::int64_t>(block.size),
                                static_cast<std::int64_t>(block.requested_size), block.allocated});
    }
  }
  return live_memory(segments);
}

}  // namespace

CudaAllocations::CudaAllocations() : device_(ready_cuda_device()) {
  try {
    attach_once();
  } catch (const c10::Error& error) {
    throw DeviceError(error_text("allocations on CUDA devices cannot be recorded",
                                 error.what_without_backtrace(),
                                 "leave PYTORCH_CUDA_ALLOC_CONF as it is by default"));
  }
  for (int device = 0; device < c10::cuda::device_count(); ++device) {
    std::int64_t bytes = 0;
    for (const LiveMemory& memory : live_on(device)) bytes += memory.bytes;
    allocations().set_live_bytes(device, bytes);
  }
  is_armed = true;
}

CudaAllocations::~CudaAllocations() {
  is_armed = false;
}

std::vector<LiveMemory> CudaAllocations::live() const {
  return live_on(device_);
}

}  // namespace actscope::tracer
