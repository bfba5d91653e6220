// SPDX-License-Identifier: Apache-2.0
#include "cpu/packing.hpp"

#include "common/block_walk.hpp"

namespace actscope::kernels::cpu {
namespace {

// Side of the squares in which a transposition walks: both sides stay in the first cache.
constexpr std::int64_t square = 16;

}  // namespace

template <class T>
void pack_rows(const ConstMatrixView& dy, std::int64_t first_row, std::int64_t rows,
               std::int64_t depth, const Strip& strip, T* packed) {
  for (std::int64_t i = 0; i < rows; ++i) {
    T* to = packed + i * strip.width;
    std::copy_n(element<const T>(dy, 0, first_row + i, strip.first), strip.count, to);
    std::fill_n(to + strip.count, strip.width - strip.count, T(0));
  }
  std::fill_n(packed + rows * strip.width, (depth - rows) * strip.width, T(0));
}

template <class T>
void pack_columns(const ConstMatrixView& dt, std::int64_t group, std::int64_t depth,
                  const Strip& strip, T* packed) {
  for (std::int64_t j = 0; j < dt.cols; j += square) {
    const std::int64_t last = std::min(j + square, dt.cols);
    for (std::int64_t o = 0; o < strip.count; ++o) {
      const T* from = element<const T>(dt, group, strip.first + o, 0);
      for (std::int64_t k = j; k < last; ++k) packed[k * strip.width + o] = from[k];
    }
    for (std::int64_t k = j; k < last; ++k) {
      std::fill_n(packed + k * strip.width + strip.count, strip.width - strip.count, T(0));
    }
  }
  std::fill_n(packed + dt.cols * strip.width, (depth - dt.cols) * strip.width, T(0));
}

template <class T>
void write_transposed(const T* sums, std::int64_t features, const Strip& strip,
                      const MatrixView& out, std::int64_t first_feature, Output output) {
  for (std::int64_t f = 0; f < features; f += square) {
    const std::int64_t last = std::min(f + square, features);
    for (std::int64_t o = 0; o < strip.count; ++o) {
      T* row = element<T>(out, 0, strip.first + o, first_feature);
      for (std::int64_t k = f; k < last; ++k) {
        const T sum = sums[k * strip.width + o];
        row[k] = output == Output::accumulate ? row[k] + sum : sum;
      }
    }
  }
}

void clear(const MatrixView& out, Output output) {
  if (output == Output::accumulate) return;
  dispatch_dtype(out.dtype, [&]<class T>() {
    for (std::int64_t r = 0; r < out.rows; ++r) {
      std::fill_n(element<T>(out, 0, r, 0), out.cols, T(0));
    }
  });
}

template void pack_rows(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                        const Strip&, float*);
template void pack_rows(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                        const Strip&, double*);
template void pack_columns(const ConstMatrixView&, std::int64_t, std::int64_t, const Strip&,
                           float*);
template void pack_columns(const ConstMatrixView&, std::int64_t, std::int64_t, const Strip&,
                           double*);
template void write_transposed(const float*, std::int64_t, const Strip&, const MatrixView&,
                               std::int64_t, Output);
template void write_transposed(const double*, std::int64_t, const Strip&, const MatrixView&,
                               std::int64_t, Output);

}  // namespace actscope::kernels::cpu
