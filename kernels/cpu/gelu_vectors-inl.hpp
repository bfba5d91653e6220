// SPDX-License-Identifier: Apache-2.0
// GELU, its derivative and the codes of it, a vector at a time; compiled once for each instruction
// set (Highway's foreach_target).

#if defined(ACTSCOPE_GELU_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ACTSCOPE_GELU_VECTORS_INL
#undef ACTSCOPE_GELU_VECTORS_INL
#else
#define ACTSCOPE_GELU_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <numbers>

#include "common/gelu_codebook.hpp"
#include "cpu/row_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Φ(h) by erf as a quotient of polynomials in x², fitted to the least largest relative error on
// [0, 4], 2e-9 before rounding; beyond 4 erf is 1 to the last bit of f32.
HWY_INLINE FloatVector normal_cdf(FloatVector h) {
  const Floats d;
  auto x = hn::Mul(h, hn::Set(d, std::numbers::sqrt2_v<float> / 2));
  x = hn::Min(hn::Max(x, hn::Set(d, -4.0F)), hn::Set(d, 4.0F));
  const auto z = hn::Mul(x, x);
  auto p = hn::Set(d, -1.3202242362e-08F);
  p = hn::MulAdd(p, z, hn::Set(d, 4.6847808323e-06F));
  p = hn::MulAdd(p, z, hn::Set(d, 3.7960891561e-04F));
  p = hn::MulAdd(p, z, hn::Set(d, 3.8496085144e-03F));
  p = hn::MulAdd(p, z, hn::Set(d, 5.4316903484e-02F));
  p = hn::MulAdd(p, z, hn::Set(d, 1.8520313468e-01F));
  p = hn::MulAdd(p, z, hn::Set(d, 1.1283791694F));
  auto q = hn::Set(d, 6.3110610099e-05F);
  q = hn::MulAdd(q, z, hn::Set(d, 1.3075693288e-03F));
  q = hn::MulAdd(q, z, hn::Set(d, 1.5462083826e-02F));
  q = hn::MulAdd(q, z, hn::Set(d, 1.1395838342e-01F));
  q = hn::MulAdd(q, z, hn::Set(d, 4.9746541848e-01F));
  q = hn::MulAdd(q, z, hn::Set(d, 1.0F));
  const auto half = hn::Set(d, 0.5F);
  return hn::MulAdd(half, hn::Div(hn::Mul(x, p), q), half);
}

// e^(−h²/2)/√(2π) = 2^k · 2^f/√(2π) with k whole and |f| <= 1/2, the second factor by a polynomial
// of relative error 1e-7; 0 from |h| = 13.1 on.
HWY_INLINE FloatVector normal_density(FloatVector h) {
  const Floats d;
  const Bits whole;
  // The second factor is at least 2^-2: with k = -124 the result is still a normal float.
  const auto least = hn::Set(d, -124.0F);
  const auto exponent = hn::Mul(hn::Mul(h, h), hn::Set(d, -std::numbers::log2e_v<float> / 2));
  const auto within = hn::Max(exponent, least);
  // Adding 1.5·2²³ moves the exponent to where a float's last bit counts 1: it is rounded to k,
  // which stands in the last bits.
  const auto moved = hn::Add(within, hn::Set(d, 0x1.8p23F));
  const auto f = hn::Sub(within, hn::Sub(moved, hn::Set(d, 0x1.8p23F)));
  auto p = hn::Set(d, 5.342181539e-04F);
  p = hn::MulAdd(p, f, hn::Set(d, 3.860178171e-03F));
  p = hn::MulAdd(p, f, hn::Set(d, 2.214272134e-02F));
  p = hn::MulAdd(p, f, hn::Set(d, 9.583434463e-02F));
  p = hn::MulAdd(p, f, hn::Set(d, 2.765257061e-01F));
  p = hn::MulAdd(p, f, hn::Set(d, 3.989423215e-01F));
  const auto scaled = hn::Add(hn::BitCast(whole, p), hn::ShiftLeft<23>(hn::BitCast(whole, moved)));
  return hn::IfThenElseZero(hn::Gt(exponent, least), hn::BitCast(d, scaled));
}

// gelu(h); a NaN comes through.
HWY_INLINE FloatVector gelu_of(FloatVector h, FloatVector cdf) {
  return hn::Mul(h, cdf);
}

// gelu'(h); a NaN comes through.
HWY_INLINE FloatVector gelu_derivative(FloatVector h, FloatVector cdf) {
  return hn::MulAdd(h, normal_density(h), cdf);
}

// As GeluCodebook::code, a vector at a time. Where a magnitude lies among the limits at which the
// code grows is found by halving them: three comparisons instead of seven.
template <int bits>
HWY_INLINE hn::Vec<Bits> gelu_code(FloatVector h) {
  constexpr GeluCodebook codebook = gelu_codebook(bits);
  const Floats d;
  const Bits whole;
  const auto magnitude = hn::Abs(h);
  const auto is_above = [&](FloatVector limit)
                            HWY_ATTR { return hn::RebindMask(whole, hn::Gt(magnitude, limit)); };
  const auto choose = [&](auto is_upper, FloatVector upper, FloatVector lower) HWY_ATTR {
    return hn::IfThenElse(hn::RebindMask(d, is_upper), upper, lower);
  };
  const auto count_if = [&](auto is_so, std::uint32_t by, hn::Vec<Bits> code) HWY_ATTR {
    return hn::IfThenElse(is_so, hn::Add(code, hn::Set(whole, by)), code);
  };
  auto code = hn::Set(whole, codebook.count / 2);
  if constexpr (codebook.rises == 1) {
    code = count_if(is_above(hn::Set(d, codebook.rise[0])), 1, code);
  } else {
    static_assert(codebook.rises == 7);
    const auto rise = [&](int i) HWY_ATTR { return hn::Set(d, codebook.rise[i]); };
    const auto first = is_above(rise(3));
    const auto second = is_above(choose(first, rise(5), rise(1)));
    const auto third =
        is_above(choose(first, choose(second, rise(6), rise(4)), choose(second, rise(2), rise(0))));
    code = count_if(third, 1, count_if(second, 2, count_if(first, 4, code)));
  }
  for (int i = 0; i < codebook.falls; ++i) {
    code = count_if(is_above(hn::Set(d, codebook.fall[i])), ~0U, code);
  }
  // The levels mirror each other, and count − 1 is all ones.
  const auto is_negative = hn::RebindMask(whole, hn::Lt(h, hn::Zero(d)));
  return hn::IfThenElse(is_negative, hn::Xor(code, hn::Set(whole, codebook.count - 1)), code);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_GELU_VECTORS_INL
