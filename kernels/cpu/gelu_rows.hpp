// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/elementwise.hpp"

/// GELU and its backward over one row, chosen for the machine's instruction set at run time; types
/// of two bytes are computed in f32 and rounded at the end. Results may be inputs.
namespace actscope::kernels::cpu {

/// u = gelu(h) and, where code.codes is not null, the codes of gelu'(h): [code_bytes] of this row.
void gelu_row(DType dtype, const void* h, void* u, std::int64_t count, const GeluCode& code);

/// dh = du·gelu'(h) and, where u is not null, u = gelu(h).
void gelu_backward_row(DType dtype, const void* du, const void* h, void* dh, void* u,
                       std::int64_t count);

/// dh = du·level of the code.
void multiply_levels_row(DType dtype, const void* du, CodeBits bits, const std::uint8_t* codes,
                         void* dh, std::int64_t count);

/// The same for f64, which is there for gradient checks: the C library's functions, value by value.
void gelu_row_f64(const double* h, double* u, std::int64_t count, const GeluCode& code);
void gelu_backward_row_f64(const double* du, const double* h, double* dh, double* u,
                           std::int64_t count);
void multiply_levels_row_f64(const double* du, CodeBits bits, const std::uint8_t* codes, double* dh,
                             std::int64_t count);

}  // namespace actscope::kernels::cpu
