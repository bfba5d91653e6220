// SPDX-License-Identifier: Apache-2.0
#include "cpu/code_groups.hpp"

#include <algorithm>

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

// A batch of groups while it is encoded: values, extremes, scales, codes.
struct Batch {
  static constexpr std::int64_t most_groups = 8;

  // Whole groups of values; the last one of an array is filled up.
  const float* from[most_groups];
  alignas(64) float minimum[most_groups];
  alignas(64) float maximum[most_groups];
  bool is_finite[most_groups];
  alignas(64) float step[most_groups];
  alignas(64) float offset[most_groups];
  alignas(64) float reciprocal[most_groups];  // of the steps
  alignas(64) std::uint32_t scale_bits[most_groups];
  std::uint8_t* codes;  // one a byte: `bytes`, or the result itself for whole groups of int8
  alignas(64) std::uint8_t bytes[most_groups * code_group_elements];
};

HWY_INLINE void find_extremes(Batch& batch, std::int64_t g) {
  const Floats d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));
  const float* HWY_RESTRICT values = batch.from[g];
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
  batch.minimum[g] = hn::GetLane(hn::MinOfLanes(d, minimum));
  batch.maximum[g] = hn::GetLane(hn::MaxOfLanes(d, maximum));
  batch.is_finite[g] = hn::AllFalse(d, hn::IsNaN(spoiled));
}

// As code_scale, of all groups of a batch, whose extremes are f32.
HWY_INLINE void find_scales(Batch& batch, CodeBits bits) {
  const hn::CappedTag<double, Batch::most_groups> wide;
  const hn::Rebind<float, decltype(wide)> d;
  const hn::RebindToUnsigned<decltype(d)> whole;
  constexpr std::size_t lanes = hn::MaxLanes(decltype(wide)());
  for (std::size_t g = 0; g < Batch::most_groups; g += lanes) {
    // The least bf16 magnitude not below a negative number's; −0 becomes +0.
    const auto minimum = hn::Add(hn::Load(d, batch.minimum + g), hn::Zero(d));
    const auto pattern = hn::BitCast(whole, minimum);
    const auto is_negative = hn::RebindMask(whole, hn::Lt(minimum, hn::Zero(d)));
    auto high = hn::ShiftRight<16>(
        hn::Add(pattern, hn::IfThenElseZero(is_negative, hn::Set(whole, 0xffffU))));
    high = hn::IfThenElse(hn::Eq(high, hn::Set(whole, 0xff80U)), hn::Set(whole, 0xff7fU), high);
    const auto offset = hn::BitCast(d, hn::ShiftLeft<16>(high));
    hn::Store(offset, d, batch.offset + g);

    const auto range =
        hn::Sub(hn::PromoteTo(wide, hn::Load(d, batch.maximum + g)), hn::PromoteTo(wide, offset));
    const auto exact = hn::Div(hn::Max(range, hn::Zero(wide)),
                               hn::Set(wide, static_cast<double>(levels_of(bits))));
    const auto nearest = hn::DemoteTo(d, exact);
    // The next f32 above where that one lies below; what is cut off then rounds up.
    const auto is_below = hn::VecFromMask(wide, hn::Lt(hn::PromoteTo(wide, nearest), exact));
    const hn::RebindToUnsigned<decltype(wide)> wide_whole;
    const auto minus_below = hn::TruncateTo(whole, hn::BitCast(wide_whole, is_below));
    const auto raised = hn::Sub(hn::BitCast(whole, nearest), minus_below);
    auto step_bits = hn::ShiftRight<16>(hn::Add(raised, hn::Set(whole, 0xffffU)));
    auto step = hn::BitCast(d, hn::ShiftLeft<16>(step_bits));
    // Down instead where the largest code would leave the range: the product is exact.
    const auto top =
        hn::MulAdd(hn::PromoteTo(wide, step), hn::Set(wide, static_cast<double>(levels_of(bits))),
                   hn::PromoteTo(wide, offset));
    const auto is_above = hn::VecFromMask(wide, hn::Gt(top, hn::Set(wide, largest_bfloat16)));
    const auto minus_above = hn::TruncateTo(whole, hn::BitCast(wide_whole, is_above));
    step_bits = hn::Add(step_bits, minus_above);
    step = hn::BitCast(d, hn::ShiftLeft<16>(step_bits));
    hn::Store(step, d, batch.step + g);
    hn::Store(hn::Div(hn::Set(d, 1.0F), step), d, batch.reciprocal + g);
    hn::Store(hn::Or(step_bits, hn::ShiftLeft<16>(high)), whole, batch.scale_bits + g);
  }
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
// Far from where anything over- or underflows, and from where scales are rounded down.
HWY_INLINE bool has_quotient(float step) {
  return step >= 0x1p-60F && step <= 0x1p60F;
}

// The nearest whole numbers of floats below 2²², ties to even, in the last bits of the lanes:
// adding 1.5·2²³ moves a float to where its last bit counts 1.
HWY_INLINE hn::Vec<Bits> nearest_whole(FloatVector value) {
  return hn::BitCast(Bits(), hn::Add(value, hn::Set(Floats(), 0x1.8p23F)));
}

// The draws of a group, as rounding_draw gives them, in units of 2⁻¹⁶.
class Draws {
 public:
  explicit Draws(std::uint32_t key) : key_(key) {
    const Bits whole;
    places_ = hn::Mul(hn::Iota(whole, 0), hn::Set(whole, spread));
  }
  // What is drawn for the elements `first` and following.
  HWY_INLINE FloatVector at(std::int64_t first) const {
    const Bits whole;
    auto bits = hn::Add(places_, hn::Set(whole, key_ + static_cast<std::uint32_t>(first) * spread));
    bits = hn::Mul(hn::Xor(bits, hn::ShiftRight<16>(bits)), hn::Set(whole, 0x7feb352dU));
    bits = hn::Mul(hn::Xor(bits, hn::ShiftRight<15>(bits)), hn::Set(whole, 0x846ca68bU));
    const auto draw = hn::BitCast(hn::RebindToSigned<Floats>(), hn::ShiftRight<16>(bits));
    return hn::ConvertTo(Floats(), draw);
  }

 private:
  static constexpr std::uint32_t spread = 0x9e3779b9U;
  hn::Vec<Bits> places_;
  std::uint32_t key_;
};

// Codes of a group, one a byte.
template <RoundTo to>
HWY_INLINE void round_group(Batch& batch, std::int64_t g, CodeBits bits, std::uint32_t key) {
  const Floats d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));
  const float* HWY_RESTRICT values = batch.from[g];
  std::uint8_t* HWY_RESTRICT codes = batch.codes + g * code_group_elements;
  const auto step = hn::Set(d, batch.step[g]);
  const auto reciprocal = hn::Set(d, batch.reciprocal[g]);
  const auto offset = hn::Set(d, batch.offset[g]);
  const auto levels = hn::Set(d, static_cast<float>(levels_of(bits)));
  const Draws draws(key);
  for (std::int64_t i = 0; i < code_group_elements; i += lanes) {
    // At most a bit in the last place above the largest code, because these scales are rounded up.
    auto code = quotient(hn::Sub(hn::LoadU(d, values + i), offset), step, reciprocal);
    if constexpr (to == RoundTo::stochastic) {
      // A draw times 2⁻¹⁶ is exact: the sum is rounded once with or without a fused operation.
      code = hn::MulAdd(draws.at(i), hn::Set(d, 0x1p-16F), code);
      code = hn::Min(hn::Floor(code), levels);
    }
    store_code_bytes(nearest_whole(code), codes + i);
  }
}

// The same, value by value, where a step is far from 1 or there is none.
HWY_INLINE void round_group_by_value(Batch& batch, std::int64_t g, CodeBits bits, RoundTo to,
                                     std::uint32_t key, CodeScale scale) {
  for (std::int64_t i = 0; i < code_group_elements; ++i) {
    const auto draw = static_cast<float>(rounding_draw(key, static_cast<std::uint32_t>(i)));
    batch.codes[g * code_group_elements + i] =
        encode_one(batch.from[g][i], scale, bits, to == RoundTo::nearest ? -1.0F : draw / 65536);
  }
}

HWY_INLINE void pack(CodeBits bits, const std::uint8_t* codes, std::int64_t bytes,
                     std::uint8_t* packed) {
  if (bits == CodeBits::int8) return pack_codes<8>(codes, bytes, packed);
  if (bits == CodeBits::int4) return pack_codes<4>(codes, bytes, packed);
  pack_codes<2>(codes, bytes, packed);
}

// All groups of a batch go through one step before the next: what a step writes has left the core's
// buffers when the next step reads it in wider pieces.
template <RoundTo to>
HWY_INLINE void encode_all(const float* values, std::int64_t elements, CodeBits bits,
                           const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                           CodeScale* scales) {
  Batch batch;
  std::fill_n(batch.minimum, Batch::most_groups, 0.0F);
  std::fill_n(batch.maximum, Batch::most_groups, 0.0F);
  alignas(64) float last[code_group_elements];
  const std::int64_t groups = code_groups(elements);
  for (std::int64_t first = 0; first < groups; first += Batch::most_groups) {
    const std::int64_t here = std::min(Batch::most_groups, groups - first);
    for (std::int64_t g = 0; g < here; ++g) {
      batch.from[g] = values + (first + g) * code_group_elements;
      const std::int64_t count = elements - (first + g) * code_group_elements;
      if (count < code_group_elements) {  // filled up with a value of its own
        std::fill(std::copy_n(batch.from[g], count, last), last + code_group_elements,
                  *batch.from[g]);
        batch.from[g] = last;
      }
      find_extremes(batch, g);
    }
    find_scales(batch, bits);
    const std::int64_t count =
        std::min(here * code_group_elements, elements - first * code_group_elements);
    std::uint8_t* packed = codes + code_bytes(bits, first * code_group_elements);
    const bool as_they_are = bits == CodeBits::int8 && count == here * code_group_elements;
    batch.codes = as_they_are ? packed : batch.bytes;
    for (std::int64_t g = 0; g < here; ++g) {
      CodeScale& scale = scales[first + g];
      scale = {static_cast<std::uint16_t>(batch.scale_bits[g] & 0xffffU),
               static_cast<std::uint16_t>(batch.scale_bits[g] >> 16)};
      if (!batch.is_finite[g]) scale = {bfloat16_nan, 0};
      const std::uint32_t key =
          rounding_key(rounding.seed, rounding.first_group + first_group + first + g);
      if (batch.is_finite[g] && has_quotient(batch.step[g])) {
        round_group<to>(batch, g, bits, key);
      } else {
        round_group_by_value(batch, g, bits, to, key, scale);
      }
    }
    if (as_they_are) continue;
    std::fill(batch.bytes + count, batch.bytes + here * code_group_elements, std::uint8_t{0});
    pack(bits, batch.bytes, code_bytes(bits, count), packed);
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

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(encode_f32);

void encode_groups(const float* values, std::int64_t elements, CodeBits bits,
                   const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                   CodeScale* scales) {
  HWY_DYNAMIC_DISPATCH(encode_f32)(values, elements, bits, rounding, first_group, codes, scales);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
