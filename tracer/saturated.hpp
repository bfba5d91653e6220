// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace actscope::tracer {

/// The sum of two numbers of at least 0, at most the largest number: sums of foreign records.
constexpr std::int64_t sum_at_most(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  return b > largest - a ? largest : a + b;
}

}  // namespace actscope::tracer
