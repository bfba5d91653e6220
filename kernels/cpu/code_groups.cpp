// SPDX-License-Identifier: Apache-2.0
#include "cpu/code_groups.hpp"

#include <algorithm>
#include <cfloat>

#include "common/code_scale.hpp"
#include "common/sampling.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/code_groups.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/code_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using FloatVector = hn::Vec<Floats>;
using Bits = hn::RebindToUnsigned<Floats>;

// Scale and offset of a whole group.
HWY_INLINE CodeScale scale_of(const float* HWY_RESTRICT values, CodeBits bits) {
  const Floats d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));
  auto minimum = hn::LoadU(d, values);
  auto maximum = minimum;
  // 0 · v is 0 for finite v, NaN otherwise; so is the sum.
  auto spoiled = hn::Mul(minimum, hn::Zero(d));
  for (std::int64_t i = lanes; i < code_group_elements; i += lanes) {
    const auto value = hn::LoadU(d, values + i);
    minimum = hn::Min(minimum, value);
    maximum = hn::Max(maximum, value);
    spoiled = hn::MulAdd(value, hn::Zero(d), spoiled);
  }
  return code_scale(static_cast<double>(hn::GetLane(hn::MinOfLanes(d, minimum))),
                    static_cast<double>(hn::GetLane(hn::MaxOfLanes(d, maximum))),
                    hn::AllFalse(d, hn::IsNaN(spoiled)), bits);
}

// distance / step to the last bit. With a fused multiply-add the remainder of distance · (1/step)
// is exact, for a step has eight significant bits, and one correction gives the rounded quotient
// (P. Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor", IBM
// J. Res. Dev. 34(1), 1990). Requires a step that has_quotient.
HWY_INLINE FloatVector quotient(FloatVector distance, FloatVector step, FloatVector reciprocal) {
#if HWY_TARGET <= HWY_AVX2 || HWY_TARGET == HWY_NEON
  const auto close = hn::Mul(distance, reciprocal);
  return hn::MulAdd(hn::NegMulAdd(close, step, distance), reciprocal, close);
#else
  (void)reciprocal;
  return hn::Div(distance, step);
#endif
}
// Far from where anything over- or underflows: then no code decodes to infinity either.
HWY_INLINE bool has_quotient(float step) {
  return step >= 0x1p-60F && step <= 0x1p60F;
}

// Whole numbers of floats in [0, 2²²], the nearest with ties to even: they are what the last bits
// of a float count once it is moved to where its unit is 1.
HWY_INLINE hn::Vec<Bits> nearest_whole(FloatVector value) {
  const Bits whole;
  const auto moved = hn::BitCast(whole, hn::Add(value, hn::Set(Floats(), 0x1.8p23F)));
  return hn::And(moved, hn::Set(whole, 0x3fffffU));
}

// The draws of a group, as rounding_draw gives them.
class Draws {
 public:
  explicit Draws(std::uint32_t key) : key_(key) {
    const Bits whole;
    places_ = hn::Mul(hn::Iota(whole, 0), hn::Set(whole, spread));
  }
  // Of the elements `first` and following.
  HWY_INLINE FloatVector at(std::int64_t first) const {
    const Bits whole;
    auto bits = hn::Add(places_, hn::Set(whole, key_ + static_cast<std::uint32_t>(first) * spread));
    bits = hn::Mul(hn::Xor(bits, hn::ShiftRight<16>(bits)), hn::Set(whole, 0x7feb352dU));
    bits = hn::Mul(hn::Xor(bits, hn::ShiftRight<15>(bits)), hn::Set(whole, 0x846ca68bU));
    const auto draw = hn::BitCast(hn::RebindToSigned<Floats>(), hn::ShiftRight<16>(bits));
    return hn::Mul(hn::ConvertTo(Floats(), draw), hn::Set(Floats(), 0x1p-16F));
  }

 private:
  static constexpr std::uint32_t spread = 0x9e3779b9U;
  hn::Vec<Bits> places_;
  std::uint32_t key_;
};

// Codes of a whole group, one a byte.
template <RoundTo to>
HWY_INLINE void round_group(const float* HWY_RESTRICT values, CodeScale scale, CodeBits bits,
                            std::uint32_t key, std::uint8_t* HWY_RESTRICT codes) {
  const Floats d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));
  const float step_value = from_bfloat16(scale.scale_bits);
  if (!has_quotient(step_value)) {
    for (std::int64_t i = 0; i < code_group_elements; ++i) {
      const auto draw = static_cast<float>(rounding_draw(key, static_cast<std::uint32_t>(i)));
      codes[i] = encode_one(values[i], scale, bits, to == RoundTo::nearest ? -1.0F : draw / 65536);
    }
    return;
  }
  const auto step = hn::Set(d, step_value);
  const auto reciprocal = hn::Set(d, 1 / step_value);
  const auto offset = hn::Set(d, from_bfloat16(scale.offset_bits));
  const auto levels = hn::Set(d, static_cast<float>(levels_of(bits)));
  const Draws draws(key);
  for (std::int64_t i = 0; i < code_group_elements; i += lanes) {
    auto code = quotient(hn::Sub(hn::LoadU(d, values + i), offset), step, reciprocal);
    if constexpr (to == RoundTo::stochastic) code = hn::Floor(hn::Add(code, draws.at(i)));
    store_code_bytes(nearest_whole(hn::Min(code, levels)), codes + i);
  }
}

HWY_INLINE void pack(CodeBits bits, const std::uint8_t* codes, std::int64_t bytes,
                     std::uint8_t* packed) {
  if (bits == CodeBits::int8) return pack_codes<8>(codes, bytes, packed);
  if (bits == CodeBits::int4) return pack_codes<4>(codes, bytes, packed);
  pack_codes<2>(codes, bytes, packed);
}

// Groups that pass each step together: what one step writes is out of the core's buffers when the
// next reads it in wider pieces.
constexpr std::int64_t batch_groups = 8;

template <RoundTo to>
HWY_INLINE void encode_all(const float* values, std::int64_t elements, CodeBits bits,
                           const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                           CodeScale* scales) {
  alignas(64) std::uint8_t bytes[batch_groups * code_group_elements];
  alignas(64) float last[code_group_elements];
  const std::int64_t groups = code_groups(elements);
  for (std::int64_t first = 0; first < groups; first += batch_groups) {
    const std::int64_t end = std::min(first + batch_groups, groups);
    const float* from[batch_groups];
    for (std::int64_t g = first; g < end; ++g) {
      from[g - first] = values + g * code_group_elements;
      const std::int64_t count = elements - g * code_group_elements;
      if (count < code_group_elements) {  // filled up with a value of its own
        std::fill(std::copy_n(from[g - first], count, last), last + code_group_elements,
                  *from[g - first]);
        from[g - first] = last;
      }
      scales[g] = scale_of(from[g - first], bits);
    }
    for (std::int64_t g = first; g < end; ++g) {
      round_group<to>(from[g - first], scales[g], bits,
                      rounding_key(rounding.seed, rounding.first_group + first_group + g),
                      bytes + (g - first) * code_group_elements);
    }
    const std::int64_t count =
        std::min(end * code_group_elements, elements) - first * code_group_elements;
    std::fill(bytes + count, bytes + (end - first) * code_group_elements, std::uint8_t{0});
    pack(bits, bytes, code_bytes(bits, count),
         codes + code_bytes(bits, first * code_group_elements));
  }
}

void encode_f32(const float* values, std::int64_t elements, CodeBits bits, const Rounding& rounding,
                std::int64_t first_group, std::uint8_t* codes, CodeScale* scales) {
  if (rounding.to == RoundTo::nearest) {
    encode_all<RoundTo::nearest>(values, elements, bits, rounding, first_group, codes, scales);
  } else {
    encode_all<RoundTo::stochastic>(values, elements, bits, rounding, first_group, codes, scales);
  }
}

// Decodes as many whole vectors of at most `most_lanes` as there are; gives what is left.
template <int bits, std::size_t most_lanes>
HWY_INLINE std::int64_t decode_vectors(const std::uint8_t*& codes, float step, float offset,
                                       std::int64_t count, float*& values) {
  const hn::CappedTag<float, most_lanes> d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(decltype(d)()));
  if constexpr (lanes >= 4) {
    for (; count >= lanes; count -= lanes) {
      const auto code =
          hn::ConvertTo(d, load_codes<bits>(hn::RebindToSigned<decltype(d)>(), codes));
      hn::StoreU(hn::MulAdd(hn::Set(d, step), code, hn::Set(d, offset)), d, values);
      codes += lanes * bits / 8;
      values += lanes;
    }
  }
  return count;
}

// Decodes elements of one group.
template <int bits>
HWY_INLINE void decode_part(const CodedArray& array, std::int64_t place, std::int64_t count,
                            float* values) {
  const CodeScale scale = array.scales[place / code_group_elements];
  const float step = from_bfloat16(scale.scale_bits);
  // step · code has sixteen significant bits at most: exact unless it overflows, so that a product
  // and a sum round as one fused operation does, which not every instruction set has.
  if (place * bits % 8 == 0 && step * levels_of(array.bits) <= FLT_MAX) {
    const std::uint8_t* codes = array.codes + place * bits / 8;
    const float offset = from_bfloat16(scale.offset_bits);
    std::int64_t left = decode_vectors<bits, 64>(codes, step, offset, count, values);
    left = decode_vectors<bits, 8>(codes, step, offset, left, values);
    left = decode_vectors<bits, 4>(codes, step, offset, left, values);
    place += count - left;
    count = left;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = decode_one<float>(code_at(array.codes, array.bits, place + i), scale);
  }
}

// Decodes elements of any groups.
template <int bits>
HWY_INLINE void decode_run(const CodedArray& array, std::int64_t place, std::int64_t count,
                           float* values) {
  const std::int64_t end = place + count;
  while (place < end) {
    const std::int64_t here =
        std::min(code_group_elements - place % code_group_elements, end - place);
    decode_part<bits>(array, place, here, values);
    place += here;
    values += here;
  }
}

// Runs as narrow as the rows of small blocks: most lie in one group and are one vector or two.
template <int bits, int cols>
HWY_INLINE void decode_narrow(const CodedArray& array, const CodedRows& rows, float* values,
                              std::int64_t value_stride) {
  std::int64_t place = rows.first;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const CodeScale scale = array.scales[place / code_group_elements];
    const float step = from_bfloat16(scale.scale_bits);
    if (place % code_group_elements + cols <= code_group_elements && place * bits % 8 == 0 &&
        step * levels_of(array.bits) <= FLT_MAX) {
      const std::uint8_t* codes = array.codes + place * bits / 8;
      float* to = values;
      decode_vectors<bits, cols>(codes, step, from_bfloat16(scale.offset_bits), cols, to);
    } else {
      decode_run<bits>(array, place, cols, values);
    }
    place += rows.stride;
    values += value_stride;
  }
}

template <int bits>
HWY_INLINE void decode_all(const CodedArray& array, const CodedRows& rows, float* values,
                           std::int64_t value_stride) {
#if HWY_TARGET != HWY_SCALAR
  if (rows.cols == 4) return decode_narrow<bits, 4>(array, rows, values, value_stride);
  if (rows.cols == 8) return decode_narrow<bits, 8>(array, rows, values, value_stride);
  if (rows.cols == 16) return decode_narrow<bits, 16>(array, rows, values, value_stride);
#endif
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    decode_run<bits>(array, rows.first + row * rows.stride, rows.cols, values + row * value_stride);
  }
}

void decode_f32(const CodedArray& array, const CodedRows& rows, float* values,
                std::int64_t value_stride) {
  if (array.bits == CodeBits::int8) return decode_all<8>(array, rows, values, value_stride);
  if (array.bits == CodeBits::int4) return decode_all<4>(array, rows, values, value_stride);
  decode_all<2>(array, rows, values, value_stride);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(encode_f32);
HWY_EXPORT(decode_f32);

void encode_groups(const float* values, std::int64_t elements, CodeBits bits,
                   const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                   CodeScale* scales) {
  HWY_DYNAMIC_DISPATCH(encode_f32)(values, elements, bits, rounding, first_group, codes, scales);
}

void decode_rows(const CodedArray& array, const CodedRows& rows, float* values,
                 std::int64_t value_stride) {
  HWY_DYNAMIC_DISPATCH(decode_f32)(array, rows, values, value_stride);
}

void decode_rows(const CodedArray& array, const CodedRows& rows, double* values,
                 std::int64_t value_stride) {
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    for (std::int64_t i = 0; i < rows.cols; ++i) {
      const std::int64_t place = rows.first + row * rows.stride + i;
      values[row * value_stride + i] = decode_one<double>(
          code_at(array.codes, array.bits, place), array.scales[place / code_group_elements]);
    }
  }
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
