// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include "actscope/kernels/elementwise.hpp"

namespace actscope::core {

/// u = gelu(h), one pass of `kernels`, and the code of its derivative where `code` has room for it.
/// Shapes  h, u [rows, cols], contiguous, of one dtype and device
void gelu_into(torch::Tensor& u, const torch::Tensor& h, const kernels::GeluCode& code = {});

/// dh = du ⊙ gelu'(h), written over du; where u is given also u = gelu(h), both from one evaluation
/// and one reading of h.
/// Shapes  du, h, u [rows, cols], contiguous, of one dtype and device
void gelu_backward_over(torch::Tensor& du, const torch::Tensor& h, torch::Tensor* u = nullptr);

/// dh = du ⊙ the derivative that a code tells, written over du.
void gelu_backward_over(torch::Tensor& du, const kernels::GeluCode& code);

}  // namespace actscope::core
