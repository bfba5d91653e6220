// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Told when a thread enters and leaves a place or an operator while a step is traced, so that
/// device work launched in between can be given to it. Both may be called on any thread and must
/// not throw.
struct PlaceObserver {
  void (*enter)(const TracePlace& place, NameNumber name, ScopeKind kind) = nullptr;
  void (*leave)() = nullptr;
};

/// Null: nobody listens.
inline std::atomic<const PlaceObserver*> place_observer{nullptr};

}  // namespace actscope::tracer
