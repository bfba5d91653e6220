// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::kernels {

/// Width of a code. The value is the number of bits.
enum class CodeBits : int { int2 = 2, int4 = 4, int8 = 8 };

/// Elements that share one scale and offset.
inline constexpr std::int64_t code_group_elements = 128;

/// Scale and offset of one group, bfloat16 bit patterns.
struct CodeScale {
  std::uint16_t scale_bits = 0;
  std::uint16_t offset_bits = 0;
};
static_assert(sizeof(CodeScale) == 4);

constexpr std::int64_t code_groups(std::int64_t elements) noexcept {
  return (elements + code_group_elements - 1) / code_group_elements;
}
/// Codes that share a byte, the first in its lowest bits.
constexpr std::int64_t codes_per_byte(CodeBits bits) noexcept {
  return 8 / static_cast<std::int64_t>(bits);
}
/// Bytes of the codes of `elements` values; what is left of the last byte is zero.
constexpr std::int64_t code_bytes(CodeBits bits, std::int64_t elements) noexcept {
  return (elements + codes_per_byte(bits) - 1) / codes_per_byte(bits);
}
constexpr std::int64_t scale_bytes(std::int64_t elements) noexcept {
  return code_groups(elements) * static_cast<std::int64_t>(sizeof(CodeScale));
}

enum class RoundTo { nearest, stochastic };

/// How a value between two codes is rounded.
struct Rounding {
  RoundTo to = RoundTo::nearest;
  /// For stochastic rounding: equal seeds give equal codes in every back end. Mix layer and step
  /// in.
  std::uint64_t seed = 0;
  /// Number of the first group: an array encoded part by part draws as the whole does when each
  /// part names the groups before it.
  std::int64_t first_group = 0;
};

/// Encodes values group by group: offset = group minimum rounded down to bfloat16, scale =
/// (maximum − offset) / levels rounded up to bfloat16 (levels = 2^bits − 1), code = nearest
/// (ties to even) of (value − offset) / scale, clamped to [0, levels]. A constant group has scale 0
/// where its value is a bfloat16 number. A group with a non-finite value (f64: or one beyond float)
/// gets scale NaN, so that every value of it decodes to NaN. |value − decoded| <= scale / 2 up to
/// float rounding, also where a group spans more than the largest float.
///
/// At the ends of bfloat16's range, ±(2¹²⁸ − 2¹²⁰), no offset lies lower, and the scale is rounded
/// down where the largest code would lie beyond. So a finite group decodes to finite values, also
/// once these are rounded to bfloat16; there they are off by up to 1/128 of the group's span more.
///
/// Stochastic rounding takes the code above with the probability of the distance to the code below
/// (in steps of 2⁻¹⁶), so that the expected decoded value is the value; |value − decoded| < scale,
/// and what lies on a code stays there.
///
/// Shapes   values [elements] contiguous of dtype; codes [code_bytes]; scales [code_groups]
/// Errors   ShapeMismatch: a negative length, or a dtype that is neither f32 nor f64;
///          BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing, deterministic for any thread count; every
///          back end writes the same bits as `reference` for f32
void quantize(const ExecutionContext& context, DType dtype, const void* values,
              std::int64_t elements, CodeBits bits, std::uint8_t* codes, CodeScale* scales,
              const Rounding& rounding = {});

/// Decodes: value = offset + scale · code, computed with one fused multiply-add in f32 (f64 for
/// f64).
///
/// Shapes   as quantize; `first_element` lets a walk decode a part: codes and scales are those of
///          the whole array, values gets `elements` from there
/// Errors   ShapeMismatch: a negative length or place, or a dtype that is neither f32 nor f64;
///          BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing; the same bits in every back end
/// Cost     least where first_element is a multiple of codes_per_byte
void dequantize(const ExecutionContext& context, DType dtype, CodeBits bits,
                const std::uint8_t* codes, const CodeScale* scales, std::int64_t first_element,
                std::int64_t elements, void* values);

}  // namespace actscope::kernels
