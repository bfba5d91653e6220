// SPDX-License-Identifier: Apache-2.0
#include "cpu/packing.hpp"

#include "common/block_walk.hpp"
#include "cpu/transpose.hpp"

namespace actscope::kernels::cpu {
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
  if (strip.count < strip.width || dt.cols < depth) std::fill_n(packed, depth * strip.width, T(0));
  transpose(element<const T>(dt, group, strip.first, 0), dt.row_stride, strip.count, dt.cols,
            packed, strip.width);
}

template <class T>
void write_transposed(const T* sums, std::int64_t features, const Strip& strip,
                      const MatrixView& out, std::int64_t first_feature, Output output) {
  if (output == Output::overwrite) {
    transpose(sums, strip.width, features, strip.count,
              element<T>(out, 0, strip.first, first_feature), out.row_stride);
    return;
  }
  constexpr std::int64_t at_once = 16;
  T turned[strip_width * at_once];  // [strip.count, at_once]
  for (std::int64_t f = 0; f < features; f += at_once) {
    const std::int64_t count = std::min(at_once, features - f);
    transpose(sums + f * strip.width, strip.width, count, strip.count, turned, at_once);
    for (std::int64_t o = 0; o < strip.count; ++o) {
      T* row = element<T>(out, 0, strip.first + o, first_feature + f);
      for (std::int64_t k = 0; k < count; ++k) row[k] += turned[o * at_once + k];
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
