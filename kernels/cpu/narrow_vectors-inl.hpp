// SPDX-License-Identifier: Apache-2.0
// Vectors of f32 from and to narrower floats in memory, the bits of common/narrow_bits.hpp;
// compiled once for each instruction set (Highway's foreach_target).

#if defined(ACTSCOPE_NARROW_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ACTSCOPE_NARROW_VECTORS_INL
#undef ACTSCOPE_NARROW_VECTORS_INL
#else
#define ACTSCOPE_NARROW_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Tag>
using BitsOf = hn::Vec<hn::RebindToUnsigned<Tag>>;

template <class Tag>
HWY_INLINE BitsOf<Tag> bits_of(Tag, hn::Vec<Tag> value) {
  return hn::BitCast(hn::RebindToUnsigned<Tag>(), value);
}

// bf16 bit patterns, one in the lower half of each lane.
template <class Tag>
HWY_INLINE BitsOf<Tag> bf16_bits(Tag d, hn::Vec<Tag> value) {
  const hn::RebindToUnsigned<Tag> whole;
  const auto bits = bits_of(d, value);
  const auto upper = hn::ShiftRight<16>(bits);
  const auto odd = hn::And(upper, hn::Set(whole, 1U));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(whole, 0x7fffU)), odd));
  const auto is_nan = hn::RebindMask(whole, hn::IsNaN(value));
  return hn::IfThenElse(is_nan, hn::Or(upper, hn::Set(whole, 0x40U)), rounded);
}

template <class Tag>
HWY_INLINE hn::Vec<Tag> load_bf16(Tag d, const std::uint16_t* from) {
  const hn::RebindToUnsigned<Tag> whole;
  const auto upper = hn::PromoteTo(whole, hn::LoadU(hn::Rebind<std::uint16_t, Tag>(), from));
  return hn::BitCast(d, hn::ShiftLeft<16>(upper));
}

template <class Tag>
HWY_INLINE void store_bf16(Tag d, hn::Vec<Tag> value, std::uint16_t* to) {
  const hn::Rebind<std::uint16_t, Tag> narrow;
  hn::StoreU(hn::TruncateTo(narrow, bf16_bits(d, value)), narrow, to);
}

// Vectors of f32, whatever the elements in memory are.
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_values(Tag d, const float* from) {
  return hn::LoadU(d, from);
}
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_values(Tag d, const bfloat16* from) {
  return load_bf16(d, &from->bits);
}
template <class Tag>
HWY_INLINE void store_values(Tag d, hn::Vec<Tag> value, float* to) {
  hn::StoreU(value, d, to);
}
template <class Tag>
HWY_INLINE void store_values(Tag d, hn::Vec<Tag> value, bfloat16* to) {
  store_bf16(d, value, &to->bits);
}

// f16 by the conversions of the instruction set where it has them.
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_values(Tag d, const float16* from) {
#if HWY_TARGET <= HWY_AVX2 || HWY_TARGET == HWY_NEON
  const hn::Rebind<hwy::float16_t, Tag> narrow;
  return hn::PromoteTo(d, hn::LoadU(narrow, reinterpret_cast<const hwy::float16_t*>(from)));
#else
  float wide[hn::MaxLanes(Tag())];
  for (float& value : wide) value = *from++;
  return hn::LoadU(d, wide);
#endif
}
template <class Tag>
HWY_INLINE void store_values([[maybe_unused]] Tag d, hn::Vec<Tag> value, float16* to) {
#if HWY_TARGET <= HWY_AVX2 || HWY_TARGET == HWY_NEON
  const hn::Rebind<hwy::float16_t, Tag> narrow;
  hn::StoreU(hn::DemoteTo(narrow, value), narrow, reinterpret_cast<hwy::float16_t*>(to));
#else
  float wide[hn::MaxLanes(Tag())];
  hn::StoreU(value, d, wide);
  for (const float number : wide) *to++ = float16(number);
#endif
}

// fp8 bit patterns, one in the lowest byte of each lane.
template <class Tag>
HWY_INLINE BitsOf<Tag> fp8_bits(Tag d, hn::Vec<Tag> value) {
  const hn::RebindToUnsigned<Tag> whole;
  const auto bits = bits_of(d, value);
  const auto magnitude = hn::And(bits, hn::Set(whole, 0x7fffffffU));
  // Normal numbers: three bits of mantissa, rounded, and the bias of 7 instead of 127.
  const auto odd = hn::And(hn::ShiftRight<20>(magnitude), hn::Set(whole, 1U));
  const auto rounded =
      hn::ShiftRight<20>(hn::Add(hn::Add(magnitude, hn::Set(whole, 0x7ffffU)), odd));
  const auto normal =
      hn::Min(hn::Sub(rounded, hn::Set(whole, (127U - 7U) << 3)), hn::Set(whole, 0x7eU));
  // Below 2⁻⁶ multiples of 2⁻⁹, which is the unit of floats in [2¹⁴, 2¹⁵).
  const auto moved = hn::Add(hn::BitCast(d, magnitude), hn::Set(d, 0x1p14F));
  const auto small = hn::Sub(bits_of(d, moved), bits_of(d, hn::Set(d, 0x1p14F)));
  const auto is_small = hn::Lt(magnitude, hn::Set(whole, 0x3c800000U));
  const auto is_finite = hn::Lt(magnitude, hn::Set(whole, 0x7f800000U));
  const auto finite = hn::IfThenElse(is_small, small, normal);
  const auto code = hn::IfThenElse(is_finite, finite, hn::Set(whole, 0x7fU));
  return hn::Or(code, hn::And(hn::ShiftRight<24>(bits), hn::Set(whole, 0x80U)));
}

// The numbers of fp8 bit patterns, one in the lowest byte of each lane.
template <class Tag>
HWY_INLINE hn::Vec<Tag> fp8_numbers(Tag d, BitsOf<Tag> bits) {
  const hn::RebindToUnsigned<Tag> whole;
  const hn::RebindToSigned<Tag> number;
  const auto code = hn::And(bits, hn::Set(whole, 0x7fU));
  const auto normal = hn::Add(hn::ShiftLeft<20>(code), hn::Set(whole, (127U - 7U) << 23));
  const auto small =
      bits_of(d, hn::Mul(hn::ConvertTo(d, hn::BitCast(number, code)), hn::Set(d, 0x1p-9F)));
  const auto finite = hn::IfThenElse(hn::Lt(code, hn::Set(whole, 8U)), small, normal);
  const auto is_nan = hn::Eq(code, hn::Set(whole, 0x7fU));
  const auto all = hn::IfThenElse(is_nan, hn::Set(whole, 0x7fc00000U), finite);
  const auto sign = hn::ShiftLeft<24>(hn::And(bits, hn::Set(whole, 0x80U)));
  return hn::BitCast(d, hn::Or(all, sign));
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_NARROW_VECTORS_INL
