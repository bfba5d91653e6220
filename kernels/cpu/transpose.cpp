// SPDX-License-Identifier: Apache-2.0
#include "cpu/transpose.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/transpose.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Squares that vectors of 128 bits turn in registers: what is stored is that wide anyway.
#if HWY_TARGET == HWY_SCALAR
template <class T>
inline constexpr std::int64_t square_side = 1;

template <class T>
HWY_INLINE void transpose_square(const T* from, std::int64_t, T* to, std::int64_t) {
  *to = *from;
}
#else
template <class T>
inline constexpr std::int64_t square_side = 16 / sizeof(T);

HWY_INLINE void transpose_square(const float* from, std::int64_t from_stride, float* to,
                                 std::int64_t to_stride) {
  const hn::FixedTag<float, 4> d;
  const auto r0 = hn::LoadU(d, from);
  const auto r1 = hn::LoadU(d, from + from_stride);
  const auto r2 = hn::LoadU(d, from + 2 * from_stride);
  const auto r3 = hn::LoadU(d, from + 3 * from_stride);
  const auto even_low = hn::InterleaveLower(d, r0, r2);
  const auto even_high = hn::InterleaveUpper(d, r0, r2);
  const auto odd_low = hn::InterleaveLower(d, r1, r3);
  const auto odd_high = hn::InterleaveUpper(d, r1, r3);
  hn::StoreU(hn::InterleaveLower(d, even_low, odd_low), d, to);
  hn::StoreU(hn::InterleaveUpper(d, even_low, odd_low), d, to + to_stride);
  hn::StoreU(hn::InterleaveLower(d, even_high, odd_high), d, to + 2 * to_stride);
  hn::StoreU(hn::InterleaveUpper(d, even_high, odd_high), d, to + 3 * to_stride);
}

HWY_INLINE void transpose_square(const double* from, std::int64_t from_stride, double* to,
                                 std::int64_t to_stride) {
  const hn::FixedTag<double, 2> d;
  const auto r0 = hn::LoadU(d, from);
  const auto r1 = hn::LoadU(d, from + from_stride);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_stride);
}
#endif

template <class T>
HWY_INLINE void transpose_all(const T* from, std::int64_t from_stride, std::int64_t rows,
                              std::int64_t cols, T* to, std::int64_t to_stride) {
  constexpr std::int64_t side = square_side<T>;
  const std::int64_t whole_rows = rows - rows % side;
  const std::int64_t whole_cols = cols - cols % side;
  // Down the rows first: lines that are written are filled one after the other, lines that are read
  // wait in the first cache.
  for (std::int64_t c = 0; c < whole_cols; c += side) {
    for (std::int64_t r = 0; r < whole_rows; r += side) {
      transpose_square(from + r * from_stride + c, from_stride, to + c * to_stride + r, to_stride);
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = r < whole_rows ? whole_cols : 0; c < cols; ++c) {
      to[c * to_stride + r] = from[r * from_stride + c];
    }
  }
}

void transpose_f32(const float* from, std::int64_t from_stride, std::int64_t rows,
                   std::int64_t cols, float* to, std::int64_t to_stride) {
  transpose_all(from, from_stride, rows, cols, to, to_stride);
}

void transpose_f64(const double* from, std::int64_t from_stride, std::int64_t rows,
                   std::int64_t cols, double* to, std::int64_t to_stride) {
  transpose_all(from, from_stride, rows, cols, to, to_stride);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(transpose_f32);
HWY_EXPORT(transpose_f64);

void transpose(const float* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols,
               float* to, std::int64_t to_stride) {
  HWY_DYNAMIC_DISPATCH(transpose_f32)(from, from_stride, rows, cols, to, to_stride);
}

void transpose(const double* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols,
               double* to, std::int64_t to_stride) {
  HWY_DYNAMIC_DISPATCH(transpose_f64)(from, from_stride, rows, cols, to, to_stride);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
