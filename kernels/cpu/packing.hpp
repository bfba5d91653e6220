// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/gemm.hpp"
#include "common/block_walk.hpp"
#include "cpu/product_plan.hpp"

namespace actscope::kernels::cpu {

/// Copies rows [first_row, first_row + rows) of dy and the strip's columns, zero padded.
/// Shapes  packed [depth, strip.width], depth >= rows, in the type of sums over T
template <class T>
void pack_rows(const ConstMatrixView& dy, std::int64_t first_row, std::int64_t rows,
               std::int64_t depth, const Strip& strip, SumOf<T>* packed);

/// Copies the strip's rows of one group of dt, transposed and zero padded.
/// Shapes  packed [depth, strip.width], depth >= dt.cols
template <class T>
void pack_columns(const ConstMatrixView& dt, std::int64_t group, std::int64_t depth,
                  const Strip& strip, SumOf<T>* packed);

/// Writes (or adds) a tile of sums, transposed, to out[strip.first…, first_feature…].
/// Shapes  sums [features, strip.width]
template <class T>
void write_transposed(const T* sums, std::int64_t features, const Strip& strip,
                      const MatrixView& out, std::int64_t first_feature, Output output);

/// Zeros `out` where a product of nothing overwrites it.
void clear(const MatrixView& out, Output output);

}  // namespace actscope::kernels::cpu
