// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// A place as one number, and back: what CUPTI carries from a launch to its kernel. The step is
/// taken modulo 2^24.
std::uint64_t encode_place(const TracePlace& place) noexcept;
TracePlace decode_place(std::uint64_t code) noexcept;

}  // namespace actscope::tracer
