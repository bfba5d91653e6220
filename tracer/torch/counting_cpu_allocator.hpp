// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::tracer {

MemoryCounters counting_cpu_allocator_counters() noexcept;
void reset_counting_cpu_allocator_peak() noexcept;

}  // namespace actscope::tracer
