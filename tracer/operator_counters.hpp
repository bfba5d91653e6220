// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/counter_reader.hpp"
#include "counted_span.hpp"

namespace actscope::tracer {

/// What one call of an operator counted.
struct CountedCall {
  ScopeEvent scope;
  CountedSpan span;
};

/// From now on the operators of recorded steps are counted by this reader; null: they are not.
void set_counter_reader(std::shared_ptr<CounterReader> reader);

/// Changes with every reader; 0: there is none.
inline std::atomic<std::int64_t> counting_generation{0};
inline bool is_counting() noexcept {
  return counting_generation.load(std::memory_order_relaxed) != 0;
}

/// Called before and after an outermost operator of the calling thread, which opens its counters at
/// its first one. An operator that could not be counted gives nothing and is counted as such.
void begin_counting() noexcept;
std::optional<CountedSpan> end_counting() noexcept;

/// Operators that were not counted since the last call.
std::int64_t take_uncounted_operators() noexcept;

}  // namespace actscope::tracer
