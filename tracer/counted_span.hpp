// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "actscope/tracer/counter_reader.hpp"

namespace actscope::tracer {

/// What was counted between two readings.
struct CountedSpan {
  std::array<std::int64_t, hardware_counter_count> values{};
  bool is_scaled = false;  ///< counted for part of the time, and scaled to the whole
};

/// The later reading less the earlier. Nothing where the counters did not run in between, or where
/// the readings contradict each other: a guess would be worse than no number.
std::optional<CountedSpan> counted_between(const CounterReading& begin, const CounterReading& end);

}  // namespace actscope::tracer
