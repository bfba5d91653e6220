// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

namespace actscope::kernels::cpu {

enum class ColumnSums { begin, go_on };

/// Sums of the squares of each column over `rows` rows, begun or added to what is there, top to
/// bottom, each square and sum rounded to double. Chosen for the machine's instruction set at run
/// time; the same bits on every one. Meanwhile the next `rows_ahead` rows are prefetched.
/// Shapes  x [rows, cols], rows row_stride apart; sums [cols]
void add_squares(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums);
void add_squares(const bfloat16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums);
void add_squares(const float16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums);
void add_squares(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 std::int64_t rows_ahead, ColumnSums what, double* sums);

/// Adds the columns of each block from left to right; the last block may be narrower.
/// Shapes  sums [cols]; blocks [⌈cols / block_cols⌉]
void add_columns(const double* sums, std::int64_t cols, std::int64_t block_cols, double* blocks);

}  // namespace actscope::kernels::cpu
