// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/scope.hpp"

#include <optional>
#include <utility>

#include "actscope/tracer/place_observer.hpp"
#include "actscope/tracer/recorder.hpp"
#include "clock.hpp"
#include "nvtx.hpp"
#include "operator_counters.hpp"
#include "thread_rings.hpp"

namespace actscope::tracer {

TracePlace current_place() noexcept {
  TracePlace place = this_thread_place().place;
  place.step = current_step();
  return place;
}

namespace detail {
namespace {

void enter(const TracePlace& place, NameNumber name, ScopeKind kind) {
  if (const PlaceObserver* observer = place_observer.load(std::memory_order_acquire)) {
    TracePlace here = place;
    here.step = current_step();
    observer->enter(here, name, kind);
  }
}

void leave() {
  if (const PlaceObserver* observer = place_observer.load(std::memory_order_acquire)) {
    observer->leave();
  }
}

}  // namespace

void open_place(OpenScope& scope, ScopeKind kind, NameNumber name, const TracePlace& place) {
  ThreadPlace& here = this_thread_place();
  scope.outer = here.place;
  scope.kind = kind;
  scope.name = name;
  scope.is_open = scope.is_counted = true;
  here.place = place;
  enter(place, name, kind);
  push_nvtx_range(name);
  scope.begin_ns = clock_ns();
}

void open_operator(OpenScope& scope, NameNumber name, NameNumber slot) {
  ThreadPlace& here = this_thread_place();
  scope.outer = here.place;
  scope.kind = ScopeKind::op;
  scope.name = name;
  scope.is_open = true;
  scope.is_counted = here.operator_depth++ == 0;
  if (!scope.is_counted) return;
  if (slot != 0) here.place.slot = slot;
  enter(here.place, name, ScopeKind::op);
  push_nvtx_range(name);
  if (is_counting()) begin_counting();  // before the time: reading the counters is no part of it
  scope.begin_ns = clock_ns();
}

void close(const OpenScope& scope) noexcept {
  ThreadPlace& here = this_thread_place();
  if (scope.kind == ScopeKind::op) --here.operator_depth;
  if (!scope.is_counted) return;
  const std::int64_t end = clock_ns();
  const bool is_counted = scope.kind == ScopeKind::op && is_counting();
  const std::optional<CountedSpan> span = is_counted ? end_counting() : std::nullopt;
  pop_nvtx_range();
  leave();
  const TracePlace place = here.place;
  here.place = scope.outer;
  if (!is_recording()) return;
  ThreadRings* rings = this_thread_rings();
  if (rings == nullptr) return count_lost_record();
  const ScopeEvent event{scope.begin_ns, end,           current_step(), scope.name, place.layer,
                         place.slot,     rings->thread, scope.kind,     place.phase};
  rings->scopes.push(event);
  if (span) rings->counts.push({event, *span});
}

TracePlace exchange_place(const TracePlace& place) noexcept {
  return std::exchange(this_thread_place().place, place);
}

}  // namespace detail

void LayerScope::begin(Name layer, Phase phase) {
  // A node of this layer has opened it already.
  const TracePlace here = current_place();
  if (here.layer == layer.number() && here.phase == phase) return;
  detail::open_place(scope_, ScopeKind::layer, layer.number(), {-1, layer.number(), 0, phase});
}

void PhaseScope::begin(Phase phase) {
  detail::open_place(scope_, ScopeKind::phase, Name(name_of(phase)).number(), {-1, 0, 0, phase});
}

void SlotScope::begin(Name slot) noexcept {
  ThreadPlace& here = this_thread_place();
  outer_ = here.place.slot;
  here.place.slot = slot.number();
  is_open_ = true;
}

void SlotScope::change(Name slot) noexcept {
  this_thread_place().place.slot = slot.number();
}

void SlotScope::end() const noexcept {
  this_thread_place().place.slot = outer_;
}

void record_memory(const void* address, std::int64_t bytes, std::int64_t live_bytes) noexcept {
  if (!is_recording()) return;
  MemoryEvent event;
  event.address = reinterpret_cast<std::uint64_t>(address);
  event.bytes = bytes;
  event.live_bytes = live_bytes;
  record_memory(event);
}

void record_memory(MemoryEvent event) noexcept {
  if (!is_recording()) return;
  ThreadRings* rings = this_thread_rings();
  if (rings == nullptr) return count_lost_record();
  event.time_ns = clock_ns();
  event.place = current_place();
  event.thread = rings->thread;
  rings->memory.push(event);
}

}  // namespace actscope::tracer
