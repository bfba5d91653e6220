// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actscope/tracer/memory_timeline.hpp"

namespace actscope::tracer {

/// While it lives, and while a recorder records, every block that LibTorch's caching allocator
/// hands out or takes back on a CUDA device is a memory record of the place that asked for it.
/// Bytes are as asked for, not as rounded by the allocator.
///
/// One at a time. The allocator calls with its lock held: a call counts, copies one record into the
/// ring of its thread and returns.
/// Source  c10/core/CachingDeviceAllocator.h, AllocatorTraceTracker
class CudaAllocations {
 public:
  /// Errors  BackendNotBuilt: a build without CUDA;
  ///         DeviceError: no CUDA device, or an allocator that tells nothing
  ///         (PYTORCH_CUDA_ALLOC_CONF=backend:cudaMallocAsync)
  CudaAllocations();
  /// Effects  disarms the observer; LibTorch knows no way to take it off
  ~CudaAllocations();
  CudaAllocations(const CudaAllocations&) = delete;
  CudaAllocations& operator=(const CudaAllocations&) = delete;

  /// The device whose memory `live` tells: the current one of the thread that made this.
  int device() const noexcept { return device_; }
  /// What has an owner on the device now.
  /// Cost  one pass over all blocks, with the allocator's lock
  std::vector<LiveMemory> live() const;

 private:
  int device_ = 0;
};

}  // namespace actscope::tracer
