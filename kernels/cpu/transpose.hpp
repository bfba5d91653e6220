// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::kernels::cpu {

/// to[c][r] = from[r][c] for `rows` × `cols` elements; strides in elements; no aliasing.
void transpose(const float* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols,
               float* to, std::int64_t to_stride);
void transpose(const double* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols,
               double* to, std::int64_t to_stride);

}  // namespace actscope::kernels::cpu
