// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "operator_counters.hpp"
#include "ring.hpp"

namespace actscope::tracer {

/// What one thread records into, and where it is.
struct ThreadRings {
  ThreadRings(std::size_t capacity, std::uint16_t number)
      : scopes(capacity), memory(capacity), counts(capacity), thread(number) {}

  Ring<ScopeEvent> scopes;
  Ring<MemoryEvent> memory;
  Ring<CountedCall> counts;  ///< where the processor's counters are read
  std::uint16_t thread;
};

/// Where the calling thread is, and whether it is inside an operator.
struct ThreadPlace {
  TracePlace place;
  int operator_depth = 0;
};
ThreadPlace& this_thread_place() noexcept;

/// The rings of the calling thread, made at its first record; null where there is no memory for
/// them.
ThreadRings* this_thread_rings() noexcept;

/// All rings ever made; rings of threads that ended stay until they are drained.
std::vector<std::shared_ptr<ThreadRings>> all_thread_rings();

/// Records that wait in all rings. Allocates nothing.
std::int64_t records_in_rings() noexcept;

/// Sets how many records the rings hold that are made from now on.
void set_ring_capacity(std::size_t records);

/// The step that records belong to.
void set_current_step(std::int32_t step) noexcept;
std::int32_t current_step() noexcept;

}  // namespace actscope::tracer
