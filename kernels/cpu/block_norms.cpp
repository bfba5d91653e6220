// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_norms.hpp"

#include <algorithm>

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

// Rows ahead are prefetched as data that is read once, so that what is compressed does not push the
// kept blocks out of the last cache. Two vectors of columns at a time; their sums stay in registers
// down the rows.
template <class T>
HWY_INLINE void add_squares_of(const T* x, std::int64_t rows, std::int64_t cols,
                               std::int64_t row_stride, std::int64_t rows_ahead, ColumnSums what,
                               double* HWY_RESTRICT sums) {
  const Doubles d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const bool goes_on = what == ColumnSums::go_on;
  std::int64_t j = 0;
  for (; j + 2 * lanes <= cols; j += 2 * lanes) {
    for (std::int64_t i = rows; i < rows + rows_ahead; ++i) {
      __builtin_prefetch(x + i * row_stride + j, 0, 0);
    }
    auto low = goes_on ? hn::LoadU(d, sums + j) : hn::Zero(d);
    auto high = goes_on ? hn::LoadU(d, sums + j + lanes) : hn::Zero(d);
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
    double sum = goes_on ? sums[j] : 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto value = static_cast<double>(x[i * row_stride + j]);
      sum += value * value;
    }
    sums[j] = sum;
  }
}

void add_squares_f32(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                     std::int64_t rows_ahead, ColumnSums what, double* sums) {
  add_squares_of(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares_bf16(const bfloat16* x, std::int64_t rows, std::int64_t cols,
                      std::int64_t row_stride, std::int64_t rows_ahead, ColumnSums what,
                      double* sums) {
  add_squares_of(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares_f16(const float16* x, std::int64_t rows, std::int64_t cols,
                     std::int64_t row_stride, std::int64_t rows_ahead, ColumnSums what,
                     double* sums) {
  add_squares_of(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares_f64(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                     std::int64_t rows_ahead, ColumnSums what, double* sums) {
  add_squares_of(x, rows, cols, row_stride, rows_ahead, what, sums);
}

// Sums of four adjacent columns, a vector of blocks at a time; returns how many blocks it did.
std::int64_t add_fours(const double* sums, std::int64_t blocks, double* to) {
  std::int64_t done = 0;
#if HWY_TARGET == HWY_SCALAR
  (void)sums, (void)blocks, (void)to;
#else
  const Doubles d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; done + lanes <= blocks; done += lanes) {
    hn::Vec<Doubles> a, b, c, e;
    hn::LoadInterleaved4(d, sums + 4 * done, a, b, c, e);
    hn::StoreU(hn::Add(hn::Add(hn::Add(a, b), c), e), d, to + done);
  }
#endif
  return done;
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(add_squares_f32);
HWY_EXPORT(add_squares_f64);
HWY_EXPORT(add_squares_bf16);
HWY_EXPORT(add_squares_f16);
HWY_EXPORT(add_fours);

void add_squares(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f32)(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares(const bfloat16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_bf16)(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares(const float16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f16)(x, rows, cols, row_stride, rows_ahead, what, sums);
}
void add_squares(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums) {
  HWY_DYNAMIC_DISPATCH(add_squares_f64)(x, rows, cols, row_stride, rows_ahead, what, sums);
}

void add_columns(const double* sums, std::int64_t cols, std::int64_t block_cols, double* blocks) {
  std::int64_t block = 0;
  if (block_cols == 4) block = HWY_DYNAMIC_DISPATCH(add_fours)(sums, cols / 4, blocks);
  for (; block * block_cols < cols; ++block) {
    const std::int64_t end = std::min((block + 1) * block_cols, cols);
    double sum = 0;
    for (std::int64_t k = block * block_cols; k < end; ++k) sum += sums[k];
    blocks[block] = sum;
  }
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
