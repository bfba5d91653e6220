// SPDX-License-Identifier: Apache-2.0
#include "counted_span.hpp"

#include <cmath>

namespace actscope::tracer {

std::optional<CountedSpan> counted_between(const CounterReading& begin, const CounterReading& end) {
  constexpr long double too_large = 0x1p63L;
  if (end.enabled_ns < begin.enabled_ns || end.running_ns < begin.running_ns) return std::nullopt;
  const std::uint64_t enabled_ns = end.enabled_ns - begin.enabled_ns;
  const std::uint64_t running_ns = end.running_ns - begin.running_ns;
  if (running_ns > enabled_ns || (running_ns == 0 && enabled_ns > 0)) return std::nullopt;
  CountedSpan span;
  span.is_scaled = running_ns < enabled_ns;
  const long double factor =
      span.is_scaled ? static_cast<long double>(enabled_ns) / static_cast<long double>(running_ns)
                     : 1;
  for (std::size_t i = 0; i < span.values.size(); ++i) {
    if (end.values[i] < begin.values[i]) return std::nullopt;
    const long double value =
        std::round(static_cast<long double>(end.values[i] - begin.values[i]) * factor);
    if (value >= too_large) return std::nullopt;
    span.values[i] = static_cast<std::int64_t>(value);
  }
  return span;
}

}  // namespace actscope::tracer
