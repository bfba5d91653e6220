// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Told when a thread enters and leaves a place, so that device work launched in between can be
/// given to it. Both may be called on any thread and must not throw.
struct PlaceObserver {
  void (*enter)(const TracePlace& place, NameNumber name, ScopeKind kind) = nullptr;
  void (*leave)() = nullptr;
};

/// Null: nobody listens.
inline std::atomic<const PlaceObserver*> place_observer{nullptr};

/// A place as one number, and back: what CUPTI carries from a launch to its kernel. The step is
/// taken modulo 2^24.
std::uint64_t encode_place(const TracePlace& place) noexcept;
TracePlace decode_place(std::uint64_t code) noexcept;

}  // namespace actscope::tracer
