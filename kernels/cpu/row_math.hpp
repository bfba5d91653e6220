// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/codec.hpp"

/// Element-wise passes over one row, chosen for the machine's instruction set at run time. bf16 is
/// computed in f32 and rounded at the end. Results may be inputs.
namespace actscope::kernels::cpu {

/// y = p·q + r.
void multiply_add(const float* p, const float* q, const float* r, float* y, std::int64_t count);
void multiply_add(const double* p, const double* q, const double* r, double* y, std::int64_t count);
void multiply_add(const bfloat16* p, const bfloat16* q, const bfloat16* r, bfloat16* y,
                  std::int64_t count);

/// u = gelu(h).
void gelu_row(const float* h, float* u, std::int64_t count);
void gelu_row(const double* h, double* u, std::int64_t count);
void gelu_row(const bfloat16* h, bfloat16* u, std::int64_t count);

/// u = gelu(h), and the codes of gelu'(h), int2 or int4: [code_bytes(bits, count)].
void gelu_code_row(const float* h, float* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes);
void gelu_code_row(const double* h, double* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes);
void gelu_code_row(const bfloat16* h, bfloat16* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes);

/// dh = du·gelu'(h) and, where u is not null, u = gelu(h).
void gelu_backward_row(const float* du, const float* h, float* dh, float* u, std::int64_t count);
void gelu_backward_row(const double* du, const double* h, double* dh, double* u,
                       std::int64_t count);
void gelu_backward_row(const bfloat16* du, const bfloat16* h, bfloat16* dh, bfloat16* u,
                       std::int64_t count);

/// dh = du·level of the code.
void multiply_levels_row(const float* du, CodeBits bits, const std::uint8_t* codes, float* dh,
                         std::int64_t count);
void multiply_levels_row(const double* du, CodeBits bits, const std::uint8_t* codes, double* dh,
                         std::int64_t count);
void multiply_levels_row(const bfloat16* du, CodeBits bits, const std::uint8_t* codes, bfloat16* dh,
                         std::int64_t count);

}  // namespace actscope::kernels::cpu
