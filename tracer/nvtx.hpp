// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Ranges and counters that Nsight Systems shows under the same names. Without Nsight, or in a
/// build without CUDA, they do nothing.
void push_nvtx_range(NameNumber name) noexcept;
void pop_nvtx_range() noexcept;
void set_nvtx_counter(NameNumber name, std::int64_t value) noexcept;

}  // namespace actscope::tracer
