// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/gelu_codebook.hpp"

/// Element-wise passes over one row, chosen for the machine's instruction set at run time. Results
/// may be inputs.
namespace actscope::kernels::cpu {

/// y = p·q + r.
void multiply_add(const float* p, const float* q, const float* r, float* y, std::int64_t count);
void multiply_add(const double* p, const double* q, const double* r, double* y, std::int64_t count);

/// u = gelu(h); codes [count], one a byte, where not null.
void gelu_row(const float* h, float* u, std::int64_t count, const GeluCodebook& codebook,
              std::uint8_t* codes);
void gelu_row(const double* h, double* u, std::int64_t count, const GeluCodebook& codebook,
              std::uint8_t* codes);

/// dh = du·gelu'(h) and, where u is not null, u = gelu(h).
void gelu_backward_row(const float* du, const float* h, float* dh, float* u, std::int64_t count);
void gelu_backward_row(const double* du, const double* h, double* dh, double* u,
                       std::int64_t count);

}  // namespace actscope::kernels::cpu
