// SPDX-License-Identifier: Apache-2.0
#include "cpu/row_math.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/row_math.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using FloatVector = hn::Vec<Floats>;

template <class Tag, class T>
HWY_INLINE void multiply_add_of(Tag d, const T* p, const T* q, const T* r, T* y,
                                std::int64_t count) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, p + i), hn::LoadU(d, q + i), hn::LoadU(d, r + i)), d, y + i);
  }
  // The rest by the same instructions, so that a result does not depend on its column.
  const hn::CappedTag<T, 1> one;
  for (; i < count; ++i) {
    const auto sum =
        hn::MulAdd(hn::LoadU(one, p + i), hn::LoadU(one, q + i), hn::LoadU(one, r + i));
    hn::StoreU(sum, one, y + i);
  }
}

void multiply_add_f32(const float* p, const float* q, const float* r, float* y,
                      std::int64_t count) {
  multiply_add_of(Floats(), p, q, r, y, count);
}
void multiply_add_f64(const double* p, const double* q, const double* r, double* y,
                      std::int64_t count) {
  multiply_add_of(hn::ScalableTag<double>(), p, q, r, y, count);
}

// erf by a quotient of polynomials in x², fitted to the least largest relative error on [0, 4],
// 2e-9 before rounding; beyond 4 erf is 1 to the last bit of f32.
HWY_INLINE FloatVector erf_of(FloatVector x) {
  const Floats d;
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
  return hn::Div(hn::Mul(x, p), q);
}

// A NaN passes through, whatever the comparisons inside made of it.
HWY_INLINE FloatVector or_nan(FloatVector h, FloatVector value) {
  return hn::IfThenElse(hn::IsNaN(h), h, value);
}

HWY_INLINE FloatVector cdf_of(FloatVector h) {
  const Floats d;
  const auto half = hn::Set(d, 0.5F);
  return hn::MulAdd(half, erf_of(hn::Mul(h, hn::Set(d, std::numbers::sqrt2_v<float> / 2))), half);
}

HWY_INLINE FloatVector derivative_of(FloatVector h, FloatVector cdf) {
  const Floats d;
  const auto exponent = hn::Mul(hn::Mul(h, h), hn::Set(d, -0.5F));
  const auto density = hn::Mul(hn::Exp(d, exponent), hn::Set(d, 0.39894228F));  // 1/√(2π)
  return or_nan(h, hn::MulAdd(h, density, cdf));
}

// As GeluCodebook::code, a vector at a time.
HWY_INLINE void store_codes(FloatVector h, const GeluCodebook& codebook, std::uint8_t* codes) {
  const Floats d;
  const hn::RebindToSigned<Floats> whole;
  const auto magnitude = hn::Abs(h);
  // A true lane of a mask is −1.
  const auto minus_above = [&](float limit) {
    return hn::BitCast(whole, hn::VecFromMask(d, hn::Gt(magnitude, hn::Set(d, limit))));
  };
  auto upper = hn::Set(whole, codebook.count / 2);
  for (int i = 0; i < codebook.rises; ++i) upper = hn::Sub(upper, minus_above(codebook.rise[i]));
  for (int i = 0; i < codebook.falls; ++i) upper = hn::Add(upper, minus_above(codebook.fall[i]));
  const auto mirrored = hn::Sub(hn::Set(whole, codebook.count - 1), upper);
  const auto is_negative = hn::RebindMask(whole, hn::Lt(h, hn::Zero(d)));
  const hn::Rebind<std::uint8_t, Floats> bytes;
  hn::StoreU(hn::DemoteTo(bytes, hn::IfThenElse(is_negative, mirrored, upper)), bytes, codes);
}

HWY_INLINE void gelu_vector(const float* h, float* u, const GeluCodebook& codebook,
                            std::uint8_t* codes) {
  const Floats d;
  const auto value = hn::LoadU(d, h);
  const auto cdf = cdf_of(value);
  hn::StoreU(or_nan(value, hn::Mul(value, cdf)), d, u);
  if (codes != nullptr) store_codes(value, codebook, codes);
}

HWY_INLINE void gelu_backward_vector(const float* du, const float* h, float* dh, float* u) {
  const Floats d;
  const auto value = hn::LoadU(d, h);
  const auto gradient = hn::LoadU(d, du);
  const auto cdf = cdf_of(value);
  if (u != nullptr) hn::StoreU(or_nan(value, hn::Mul(value, cdf)), d, u);
  hn::StoreU(hn::Mul(gradient, derivative_of(value, cdf)), d, dh);
}

constexpr std::size_t most_lanes = HWY_MAX_BYTES / sizeof(float);

void gelu_row_f32(const float* h, float* u, std::int64_t count, const GeluCodebook& codebook,
                  std::uint8_t* codes) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    gelu_vector(h + i, u + i, codebook, codes == nullptr ? nullptr : codes + i);
  }
  if (i == count) return;
  float in[most_lanes] = {}, out[most_lanes];
  std::uint8_t some[most_lanes];
  std::copy(h + i, h + count, in);
  gelu_vector(in, out, codebook, codes == nullptr ? nullptr : some);
  std::copy_n(out, count - i, u + i);
  if (codes != nullptr) std::copy_n(some, count - i, codes + i);
}

void gelu_backward_row_f32(const float* du, const float* h, float* dh, float* u,
                           std::int64_t count) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    gelu_backward_vector(du + i, h + i, dh + i, u == nullptr ? nullptr : u + i);
  }
  if (i == count) return;
  float gradient[most_lanes] = {}, in[most_lanes] = {}, out[most_lanes];
  std::copy(du + i, du + count, gradient);
  std::copy(h + i, h + count, in);
  gelu_backward_vector(gradient, in, gradient, out);
  std::copy_n(gradient, count - i, dh + i);
  if (u != nullptr) std::copy_n(out, count - i, u + i);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {
namespace {

double cdf_of(double h) {
  return 0.5 * (1 + std::erf(h / std::numbers::sqrt2));
}
double derivative_of(double h, double cdf) {
  return cdf + h * std::exp(-h * h / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

}  // namespace

HWY_EXPORT(multiply_add_f32);
HWY_EXPORT(multiply_add_f64);
HWY_EXPORT(gelu_row_f32);
HWY_EXPORT(gelu_backward_row_f32);

void multiply_add(const float* p, const float* q, const float* r, float* y, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_f32)(p, q, r, y, count);
}
void multiply_add(const double* p, const double* q, const double* r, double* y,
                  std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_f64)(p, q, r, y, count);
}

void gelu_row(const float* h, float* u, std::int64_t count, const GeluCodebook& codebook,
              std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(gelu_row_f32)(h, u, count, codebook, codes);
}
void gelu_row(const double* h, double* u, std::int64_t count, const GeluCodebook& codebook,
              std::uint8_t* codes) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i], cdf = cdf_of(value);
    u[i] = value * cdf;
    if (codes == nullptr) continue;
    codes[i] = static_cast<std::uint8_t>(codebook.code(value));
  }
}

void gelu_backward_row(const float* du, const float* h, float* dh, float* u, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(gelu_backward_row_f32)(du, h, dh, u, count);
}
void gelu_backward_row(const double* du, const double* h, double* dh, double* u,
                       std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i], gradient = du[i], cdf = cdf_of(value);
    if (u != nullptr) u[i] = value * cdf;
    dh[i] = gradient * derivative_of(value, cdf);
  }
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
