// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/host_device.hpp"

/// Bit patterns of narrow floats from and to those of f32, by whole numbers alone: the same on host
/// and device, and without branches where loops are to vectorize.
namespace actscope::kernels {

ACTSCOPE_HOST_DEVICE inline std::uint16_t bf16_from_f32(std::uint32_t bits) {
  const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
  const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
  return static_cast<std::uint16_t>(is_nan ? (bits >> 16) | 0x40U : rounded);
}

ACTSCOPE_HOST_DEVICE inline std::uint32_t f32_from_bf16(std::uint16_t bits) {
  return std::uint32_t{bits} << 16;
}

/// Bits of |x| shifted to three bits of mantissa, rounded to nearest, ties to even.
ACTSCOPE_HOST_DEVICE inline std::uint32_t round_shifted(std::uint32_t mantissa,
                                                        std::uint32_t shift) {
  const std::uint32_t half = 1U << (shift - 1);
  return (mantissa + half - 1 + ((mantissa >> shift) & 1U)) >> shift;
}

ACTSCOPE_HOST_DEVICE inline std::uint8_t fp8_from_f32(std::uint32_t bits) {
  const std::uint32_t sign = bits >> 24 & 0x80U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude >= 0x7f800000U) return static_cast<std::uint8_t>(sign | 0x7fU);
  const std::uint32_t exponent = magnitude >> 23;  // biased by 127
  std::uint32_t code = 0;
  if (exponent >= 121) {  // at least 2⁻⁶: a normal number of fp8, whose bias is 7
    code = round_shifted(magnitude, 20) - ((127U - 7U) << 3);
    if (code > 0x7eU) code = 0x7eU;
  } else if (exponent >= 117) {  // multiples of 2⁻⁹; what rounds up to 8 of them is 2⁻⁶
    code = round_shifted((magnitude & 0x7fffffU) | 0x800000U, 141U - exponent);
  }  // below 2⁻¹⁰: zero
  return static_cast<std::uint8_t>(sign | code);
}

ACTSCOPE_HOST_DEVICE inline std::uint32_t f32_from_fp8(std::uint8_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x80U} << 24;
  const std::uint32_t code = bits & 0x7fU;
  if (code == 0x7fU) return sign | 0x7fc00000U;
  if (code >= 8) return sign | ((code << 20) + ((127U - 7U) << 23));
  if (code == 0) return sign;
  // code · 2⁻⁹: the leading bit becomes implicit.
  const std::uint32_t place = code >= 4 ? 2U : code >= 2 ? 1U : 0U;
  return sign | ((127U - 9U + place) << 23) | ((code << (23U - place)) & 0x7fffffU);
}

}  // namespace actscope::kernels
