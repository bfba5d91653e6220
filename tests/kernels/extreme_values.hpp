// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "actscope/kernels/codec.hpp"

/// Groups of values at the ends of float's range, for tests of codes on every back end.
namespace actscope::kernels::test {

/// Whole groups whose values lie at both ends of the range, at one of them, among denormals, or
/// anywhere: finite, most of them spanning more than the largest float.
inline std::vector<float> extreme_groups(std::int64_t groups, unsigned seed) {
  constexpr float largest = std::numeric_limits<float>::max();
  constexpr float denormal = std::numeric_limits<float>::denorm_min();
  std::mt19937 random(seed);
  const auto unit = [&] { return std::ldexp(static_cast<float>(random() % (1U << 24)), -24); };
  const auto anything = [&] {  // any finite bit pattern
    const auto bits = static_cast<std::uint32_t>(random());
    const auto value = std::bit_cast<float>(bits);
    return std::isfinite(value) ? value : std::bit_cast<float>(bits & 0xff7fffffU);
  };
  std::vector<float> values;
  for (std::int64_t g = 0; g < groups; ++g) {
    const float end = random() % 2 == 0 ? largest : (0.5F + unit() / 2) * largest;
    for (std::int64_t i = 0; i < code_group_elements; ++i) {
      const float kinds[] = {(2 * unit() - 1) * end,
                             random() % 2 == 0 ? end : -end,
                             (1 - unit() / 512) * end,
                             (unit() / 512 - 1) * end,
                             (2 * unit() - 1) * 1000 * denormal,
                             random() % 3 == 0 ? largest : (unit() - 0.5F) * 100 * denormal,
                             anything()};
      values.push_back(kinds[static_cast<std::size_t>(g) % std::size(kinds)]);
    }
  }
  return values;
}

/// How far a value of a group may be from what its code decodes to: half a step, and what the range
/// of bfloat16 cuts off at its ends, where scales are rounded down and no offset lies lower.
inline double allowed_error(double minimum, double maximum, float step, CodeBits bits) {
  constexpr double end = 0x1.fep127;
  const double levels = static_cast<double>((1 << static_cast<int>(bits)) - 1);
  const double range = maximum - minimum;
  double allowed = step * (0.5 + 1e-6 * levels) + 1e-7 * std::max(std::abs(minimum), maximum);
  if (minimum + range * (1 + 1.0 / 128) > end) allowed += range / 128 + 0x1p120;
  if (minimum < -end) allowed += 0x1p120;
  return allowed;
}

}  // namespace actscope::kernels::test
