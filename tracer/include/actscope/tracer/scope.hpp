// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {

namespace detail {
inline std::atomic<bool> recording{false};

/// What a scope found when it began; close() puts it back.
struct OpenScope {
  std::int64_t begin_ns = 0;
  TracePlace outer;
  NameNumber name = 0;
  ScopeKind kind = ScopeKind::op;
  bool is_open = false;
  bool is_counted = false;
};

void open_place(OpenScope& scope, ScopeKind kind, NameNumber name, const TracePlace& place);
void open_operator(OpenScope& scope, NameNumber name, NameNumber slot);
void close(const OpenScope& scope) noexcept;

/// Moves the calling thread to another place without a scope; returns the one before.
TracePlace exchange_place(const TracePlace& place) noexcept;
}  // namespace detail

/// Whether scopes are recorded now: one relaxed load.
inline bool is_recording() noexcept {
  return detail::recording.load(std::memory_order_relaxed);
}

/// Where the calling thread is.
TracePlace current_place() noexcept;

/// Everything in the life of this object, on this thread, belongs to a layer in a phase. Costs one
/// branch while nothing records.
class LayerScope {
 public:
  LayerScope(Name layer, Phase phase) {
    if (is_recording()) begin(layer, phase);
  }
  ~LayerScope() {
    if (scope_.is_open) detail::close(scope_);
  }
  LayerScope(const LayerScope&) = delete;
  LayerScope& operator=(const LayerScope&) = delete;

 private:
  void begin(Name layer, Phase phase);
  detail::OpenScope scope_;
};

/// Everything in the life of this object belongs to a phase of the step. Layers begin anew inside.
class PhaseScope {
 public:
  explicit PhaseScope(Phase phase) {
    if (is_recording()) begin(phase);
  }
  ~PhaseScope() {
    if (scope_.is_open) detail::close(scope_);
  }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  void begin(Phase phase);
  detail::OpenScope scope_;
};

/// One call of an operator. An operator inside an operator is part of it and not recorded, so that
/// times add up.
class OperatorScope {
 public:
  explicit OperatorScope(Name name, Name slot = {}) {
    if (is_recording()) detail::open_operator(scope_, name.number(), slot.number());
  }
  ~OperatorScope() {
    if (scope_.is_open) detail::close(scope_);
  }
  OperatorScope(const OperatorScope&) = delete;
  OperatorScope& operator=(const OperatorScope&) = delete;

 private:
  detail::OpenScope scope_;
};

/// Operators in the life of this object compute or read a slot.
class SlotScope {
 public:
  explicit SlotScope(Name slot) {
    if (is_recording()) begin(slot);
  }
  ~SlotScope() {
    if (is_open_) end();
  }
  /// From now on another slot.
  void next(Name slot) noexcept {
    if (is_open_) change(slot);
  }
  SlotScope(const SlotScope&) = delete;
  SlotScope& operator=(const SlotScope&) = delete;

 private:
  void begin(Name slot) noexcept;
  void change(Name slot) noexcept;
  void end() const noexcept;
  NameNumber outer_ = 0;
  bool is_open_ = false;
};

}  // namespace actscope::tracer
