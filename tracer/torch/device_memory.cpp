// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/device_memory.hpp"

#include "actscope/base/error.hpp"
#include "counting_cpu_allocator.hpp"
#include "cuda_memory.hpp"

namespace actscope::tracer {
namespace {

void require_installed() {
  if (is_counting_cpu_allocator_installed()) return;
  throw TraceError(error_text("CPU memory is not counted",
                              "the counting allocator is not installed",
                              "call install_counting_cpu_allocator before the first tensor"));
}

}  // namespace

MemoryCounters memory_counters(MemoryDevice device) {
  if (device == MemoryDevice::cuda) return cuda_memory_counters();
  require_installed();
  return counting_cpu_allocator_counters();
}

void reset_peak(MemoryDevice device) {
  if (device == MemoryDevice::cuda) return reset_cuda_peak();
  require_installed();
  reset_counting_cpu_allocator_peak();
}

}  // namespace actscope::tracer
