// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace actscope::kernels {

/// IEEE 754 binary16: storage only, arithmetic is in float. NaN stays NaN, with its sign and the
/// upper bits of its payload, as conversion instructions keep them.
struct float16 {
  std::uint16_t bits = 0;

  constexpr float16() = default;
  /// Nearest, ties to even; from 65520 on infinity, below 2⁻¹⁴ a multiple of 2⁻²⁴.
  constexpr explicit float16(float value) {
    const auto whole = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = whole & 0x7fffffffU;
    // Exponent from bias 127 to bias 15; a carry out of the mantissa raises it as it should.
    const std::uint32_t odd = (magnitude >> 13) & 1U;
    const std::uint32_t normal = (magnitude - (112U << 23) + 0xfffU + odd) >> 13;
    // The last bit of a float in [½, 1) is worth 2⁻²⁴: adding ½ rounds to a multiple of it.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    const std::uint32_t small = std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U;
    const std::uint32_t finite = magnitude < 0x38800000U ? small : normal;
    const std::uint32_t nan = ((magnitude >> 13) & 0x3ffU) | 0x7e00U;
    const std::uint32_t special = magnitude > 0x7f800000U ? nan : 0x7c00U;
    const std::uint32_t result = magnitude < 0x47800000U ? finite : special;
    bits = static_cast<std::uint16_t>((whole >> 16 & 0x8000U) | result);
  }
  constexpr explicit float16(double value) : float16(static_cast<float>(value)) {}
  constexpr explicit float16(int value) : float16(static_cast<float>(value)) {}

  constexpr operator float() const {
    const std::uint32_t magnitude = (bits & 0x7fffU) << 13;
    const std::uint32_t normal = magnitude + (112U << 23);
    // Below 2⁻¹⁴: 2⁻¹⁴ + x has x in its mantissa.
    const float small = std::bit_cast<float>(magnitude + (113U << 23)) - 0x1p-14F;
    const std::uint32_t special = normal + (112U << 23);
    const std::uint32_t finite =
        magnitude < 0x800000U ? std::bit_cast<std::uint32_t>(small) : normal;
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    return std::bit_cast<float>(sign | (magnitude < 0xf800000U ? finite : special));
  }
};
static_assert(sizeof(float16) == 2);

}  // namespace actscope::kernels
