// SPDX-License-Identifier: Apache-2.0
#include "cuda_memory.hpp"

#include <ATen/Context.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>

#include "actscope/base/error.hpp"

namespace actscope::tracer {

namespace caching_allocator = c10::cuda::CUDACachingAllocator;

int ready_cuda_device() {
  if (c10::cuda::device_count() == 0) {
    throw DeviceError(error_text("CUDA memory cannot be counted", "no CUDA device answers",
                                 "check that nvidia-smi lists a GPU with a driver for CUDA 13 (580 "
                                 "or newer), or use --device "
                                 "cpu"));
  }
  // The allocator knows its devices only once LibTorch has set CUDA up.
  at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  return c10::cuda::current_device();
}

MemoryCounters cuda_memory_counters() {
  // The entry AGGREGATE sums LibTorch's small and large pools. allocated_bytes counts a block until
  // its owner lets go of it, also while a stream still uses it: the logical life of a tensor.
  constexpr auto whole = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const c10::CachingDeviceAllocator::DeviceStats stats =
      caching_allocator::getDeviceStats(static_cast<c10::DeviceIndex>(ready_cuda_device()));
  return {.live_bytes = stats.allocated_bytes[whole].current,
          .peak_bytes = stats.allocated_bytes[whole].peak,
          .allocations = stats.allocation[whole].allocated,
          .frees = stats.allocation[whole].freed};
}

void reset_cuda_peak() {
  caching_allocator::resetPeakStats(static_cast<c10::DeviceIndex>(ready_cuda_device()));
}

}  // namespace actscope::tracer
