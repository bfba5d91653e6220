// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace actscope::kernels {

/// The upper half of a float: storage only, arithmetic is in float. NaN stays NaN.
struct bfloat16 {
  std::uint16_t bits = 0;

  constexpr bfloat16() = default;
  /// Nearest, ties to even; what is too large becomes infinity.
  constexpr explicit bfloat16(float value) {
    const auto whole = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (whole & 0x7fffffffU) > 0x7f800000U;
    const std::uint32_t rounded = whole + 0x7fffU + ((whole >> 16) & 1U);
    bits = static_cast<std::uint16_t>(is_nan ? (whole >> 16) | 0x40U : rounded >> 16);
  }
  constexpr explicit bfloat16(double value) : bfloat16(static_cast<float>(value)) {}
  constexpr explicit bfloat16(int value) : bfloat16(static_cast<float>(value)) {}

  constexpr operator float() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }
};
static_assert(sizeof(bfloat16) == 2);

}  // namespace actscope::kernels
