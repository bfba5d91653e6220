// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_norms.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/block_norms.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;

HWY_INLINE hn::Vec<Doubles> load_doubles(const double* x) {
  return hn::LoadU(Doubles(), x);
}
HWY_INLINE hn::Vec<Doubles> load_doubles(const float* x) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), x));
}

HWY_INLINE hn::Vec<Doubles> load_doubles(const bfloat16* x) {
  const hn::Rebind<std::uint32_t, Doubles> whole;
  const hn::Rebind<std::uint16_t, Doubles> half;
  const auto bits = hn::PromoteTo(whole, hn::LoadU(half, &x->bits));
  const hn::Rebind<float, Doubles> floats;
  return hn::PromoteTo(Doubles(), hn::BitCast(floats, hn::ShiftLeft<16>(bits)));
}

// As float16's own conversion, for vectors: that of Highway has no infinities on every target.
HWY_INLINE hn::Vec<Doubles> load_doubles(const float16* x) {
  const hn::Rebind<std::uint32_t, Doubles> whole;
  const hn::Rebind<std::uint16_t, Doubles> half;
  const hn::Rebind<float, Doubles> floats;
  const auto bits = hn::PromoteTo(whole, hn::LoadU(half, &x->bits));
  const auto magnitude = hn::ShiftLeft<13>(hn::And(bits, hn::Set(whole, 0x7fffU)));
  const auto rebias = hn::Set(whole, 112U << 23);
  const auto normal = hn::Add(magnitude, rebias);
  const auto above = hn::BitCast(floats, hn::Add(magnitude, hn::Set(whole, 113U << 23)));
  const auto small = hn::BitCast(whole, hn::Sub(above, hn::Set(floats, 0x1p-14F)));
  const auto finite = hn::IfThenElse(magnitude < hn::Set(whole, 0x800000U), small, normal);
  const auto result =
      hn::IfThenElse(magnitude < hn::Set(whole, 0xf800000U), finite, hn::Add(normal, rebias));
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(whole, 0x8000U)));
  return hn::PromoteTo(Doubles(), hn::BitCast(floats, hn::Or(sign, result)));
}

// Two vectors of columns at a time; their sums stay in registers down the rows.
template <class T>
HWY_INLINE void add_squares_of(const T* x, std::int64_t rows, std::int64_t cols,
                               std::int64_t row_stride, double* HWY_RESTRICT sums) {
  const Doubles d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t j = 0;
  for (; j + 2 * lanes <= cols; j += 2 * lanes) {
    auto low = hn::LoadU(d, sums + j);
    auto high = hn::LoadU(d, sums + j + lanes);
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto a = load_doubles(x + i * row_stride + j);
      const auto b = load_doubles(x + i * row_stride + j + lanes);
      low = hn::Add(low, hn::Mul(a, a));
      high = hn::Add(high, hn::Mul(b, b));
    }
    hn::StoreU(low, d, sums + j);
    hn::StoreU(high, d, sums + j + lanes);
  }
  for (; j < cols; ++j) {
    double sum = sums[j];
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto value = static_cast<double>(x[i * row_stride + j]);
      sum += value * value;
    }
    sums[j] = sum;
  }
}

void add_squares_f32(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                     double* sums) {
  add_squares_of(x, rows, cols, row_stride, sums);
}
void add_squares_bf16(const bfloat16* x, std::int64_t rows, std::int64_t cols,
                      std::int64_t row_stride, double* sums) {
  add_squares_of(x, rows, cols, row_stride, sums);
}
void add_squares_f16(const float16* x, std::int64_t rows, std::int64_t cols,
                     std::int64_t row_stride, double* sums) {
  add_squares_of(x, rows, cols, row_stride, sums);
}
void add_squares_f64(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                     double* sums) {
  add_squares_of(x, rows, cols, row_stride, sums);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(add_squares_f32);
HWY_EXPORT(add_squares_f64);
HWY_EXPORT(add_squares_bf16);
HWY_EXPORT(add_squares_f16);

void add_squares(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f32)(x, rows, cols, row_stride, sums);
}
void add_squares(const bfloat16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_bf16)(x, rows, cols, row_stride, sums);
}
void add_squares(const float16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f16)(x, rows, cols, row_stride, sums);
}
void add_squares(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f64)(x, rows, cols, row_stride, sums);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
