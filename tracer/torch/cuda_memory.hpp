// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::tracer {

/// Answered by cuda_memory.cpp, or by no_cuda_memory.cpp, which raises BackendNotBuilt.
MemoryCounters cuda_memory_counters();
void reset_cuda_peak();

/// The current device, with the caching allocator ready for questions. Builds with CUDA alone.
/// Errors  DeviceError: no CUDA device
int ready_cuda_device();

}  // namespace actscope::tracer
