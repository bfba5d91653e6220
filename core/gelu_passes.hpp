// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace actscope::core {

/// u = gelu(h), one pass of `kernels`.
/// Shapes  h, u [rows, cols], contiguous, of one dtype and device
void gelu_into(torch::Tensor& u, const torch::Tensor& h);

/// dh = du ⊙ gelu'(h), written over du; where u is given also u = gelu(h), both from one evaluation
/// and one reading of h.
/// Shapes  du, h, u [rows, cols], contiguous, of one dtype and device
void gelu_backward_over(torch::Tensor& du, const torch::Tensor& h, torch::Tensor* u = nullptr);

}  // namespace actscope::core
