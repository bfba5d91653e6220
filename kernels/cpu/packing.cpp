// SPDX-License-Identifier: Apache-2.0
#include "cpu/packing.hpp"

#include "common/block_walk.hpp"
#include "cpu/transpose.hpp"

namespace actscope::kernels::cpu {
template <class T>
void pack_rows(const ConstMatrixView& dy, std::int64_t first_row, std::int64_t rows,
               std::int64_t depth, const Strip& strip, SumOf<T>* packed) {
  for (std::int64_t i = 0; i < rows; ++i) {
    SumOf<T>* to = packed + i * strip.width;
    std::copy_n(element<const T>(dy, 0, first_row + i, strip.first), strip.count, to);
    std::fill_n(to + strip.count, strip.width - strip.count, SumOf<T>(0));
  }
  std::fill_n(packed + rows * strip.width, (depth - rows) * strip.width, SumOf<T>(0));
}

template <class T>
void pack_columns(const ConstMatrixView& dt, std::int64_t group, std::int64_t depth,
                  const Strip& strip, SumOf<T>* packed) {
  using Sum = SumOf<T>;
  if (strip.count < strip.width || dt.cols < depth) {
    std::fill_n(packed, depth * strip.width, Sum(0));
  }
  const T* rows = element<const T>(dt, group, strip.first, 0);
  if constexpr (std::is_same_v<T, Sum>) {
    transpose(rows, dt.row_stride, strip.count, dt.cols, packed, strip.width);
  } else {
    constexpr std::int64_t at_once = 16;
    Sum widened[strip_width * at_once];  // [strip.count, at_once]
    for (std::int64_t j = 0; j < dt.cols; j += at_once) {
      const std::int64_t count = std::min(at_once, dt.cols - j);
      for (std::int64_t o = 0; o < strip.count; ++o) {
        std::copy_n(rows + o * dt.row_stride + j, count, widened + o * at_once);
      }
      transpose(widened, at_once, strip.count, count, packed + j * strip.width, strip.width);
    }
  }
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
  dispatch_real(out.dtype, [&]<class T>() {
    for (std::int64_t r = 0; r < out.rows; ++r) {
      std::fill_n(element<T>(out, 0, r, 0), out.cols, T(0));
    }
  });
}

template void pack_rows<float>(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                               const Strip&, float*);
template void pack_rows<double>(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                                const Strip&, double*);
template void pack_rows<bfloat16>(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                                  const Strip&, float*);
template void pack_rows<float16>(const ConstMatrixView&, std::int64_t, std::int64_t, std::int64_t,
                                 const Strip&, float*);
template void pack_columns<float>(const ConstMatrixView&, std::int64_t, std::int64_t, const Strip&,
                                  float*);
template void pack_columns<double>(const ConstMatrixView&, std::int64_t, std::int64_t, const Strip&,
                                   double*);
template void pack_columns<bfloat16>(const ConstMatrixView&, std::int64_t, std::int64_t,
                                     const Strip&, float*);
template void pack_columns<float16>(const ConstMatrixView&, std::int64_t, std::int64_t,
                                    const Strip&, float*);
template void write_transposed(const float*, std::int64_t, const Strip&, const MatrixView&,
                               std::int64_t, Output);
template void write_transposed(const double*, std::int64_t, const Strip&, const MatrixView&,
                               std::int64_t, Output);

}  // namespace actscope::kernels::cpu
