// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "actscope/kernels/codec.hpp"

namespace actscope::kernels {

constexpr int levels_of(CodeBits bits) {
  return (1 << static_cast<int>(bits)) - 1;
}

/// bfloat16 bit pattern → float, exact.
inline float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Largest bfloat16 number not above `value`; −∞ becomes the lowest finite one.
inline std::uint16_t bfloat16_down(double value) {
  const auto nearest = static_cast<float>(value);
  auto bits = std::bit_cast<std::uint32_t>(nearest);
  const bool is_negative = (bits >> 31) != 0;
  // The next float below has the next magnitude up or down; what is cut off does the rest.
  const std::uint32_t is_above = static_cast<double>(nearest) > value ? 1 : 0;
  bits = is_negative ? bits + is_above : bits - is_above;
  auto high = static_cast<std::uint16_t>(bits >> 16);
  if (is_negative && (bits & 0xffffU) != 0) ++high;
  return high == 0xff80 ? std::uint16_t{0xff7f} : high;
}

/// Smallest bfloat16 number not below `value` (at least 0).
inline std::uint16_t bfloat16_up(double value) {
  const auto nearest = static_cast<float>(value);
  const std::uint32_t is_below = static_cast<double>(nearest) < value ? 1 : 0;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest) + is_below;
  return static_cast<std::uint16_t>((bits + 0xffffU) >> 16);
}

inline constexpr std::uint16_t bfloat16_nan = 0x7fc0;

/// The largest number of bfloat16 and of float rounded to it: 2¹²⁸ − 2¹²⁰.
inline constexpr double largest_bfloat16 = 0x1.fep127;

/// Scale and offset of a group with these extremes; `is_finite` says whether every value is finite.
/// The scale is rounded up, so that the largest code reaches the maximum. It is rounded down where
/// that code would lie beyond the range of bfloat16: a finite group decodes to finite values, also
/// once these are rounded to bfloat16.
inline CodeScale code_scale(double minimum, double maximum, bool is_finite, CodeBits bits) {
  const bool fits = is_finite && std::abs(minimum) <= std::numeric_limits<float>::max() &&
                    std::abs(maximum) <= std::numeric_limits<float>::max();
  if (!fits) return {bfloat16_nan, 0};
  CodeScale scale;
  scale.offset_bits = bfloat16_down(minimum + 0.0);  // −0 becomes +0: one bit pattern for both
  const double range = maximum - static_cast<double>(from_bfloat16(scale.offset_bits));
  scale.scale_bits = bfloat16_up(range > 0 ? range / levels_of(bits) : 0);
  const double top = static_cast<double>(from_bfloat16(scale.scale_bits)) * levels_of(bits) +
                     static_cast<double>(from_bfloat16(scale.offset_bits));
  if (top > largest_bfloat16) --scale.scale_bits;
  return scale;
}

/// (value − offset) / step. Where a group spans more than the range of T, all three are halved
/// first, which is exact there.
template <class T>
T steps_above(T value, T step, T offset) {
  const T distance = value - offset;
  if (std::isfinite(distance)) return distance / step;
  return (value / 2 - offset / 2) / (step / 2);
}

/// The code of one value; T is float or double, all arithmetic in T. `draw` in [0, 1) is what
/// stochastic rounding adds before it rounds down; below 0: to nearest.
template <class T>
std::uint8_t encode_one(T value, CodeScale scale, CodeBits bits, T draw) {
  const T step = from_bfloat16(scale.scale_bits);
  const T offset = from_bfloat16(scale.offset_bits);
  if (!(step > 0)) return 0;
  const T levels = levels_of(bits);
  T code = steps_above(value, step, offset);
  code = draw < 0 ? std::nearbyint(code) : std::floor(code + draw);
  code = code < 0 ? 0 : (code > levels ? levels : code);
  return static_cast<std::uint8_t>(code);
}

template <class T>
T decode_one(std::uint8_t code, CodeScale scale) {
  return std::fma(static_cast<T>(from_bfloat16(scale.scale_bits)), static_cast<T>(code),
                  static_cast<T>(from_bfloat16(scale.offset_bits)));
}

/// The code at a place in packed storage.
inline std::uint8_t code_at(const std::uint8_t* codes, CodeBits bits, std::int64_t place) {
  const std::int64_t shift = place % codes_per_byte(bits) * static_cast<int>(bits);
  return static_cast<std::uint8_t>((codes[place / codes_per_byte(bits)] >> shift) &
                                   levels_of(bits));
}

}  // namespace actscope::kernels
