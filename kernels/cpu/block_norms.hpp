// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

namespace actscope::kernels::cpu {

/// Adds the squares of `rows` rows to the sums of their columns: sums[j] += Σ_i x[i·row_stride +
/// j]², top to bottom, each square and sum rounded to double. Chosen for the machine's instruction
/// set at run time; the same bits on every one.
void add_squares(const float* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums);
void add_squares(const bfloat16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums);
void add_squares(const float16* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums);
void add_squares(const double* x, std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                 double* sums);

}  // namespace actscope::kernels::cpu
