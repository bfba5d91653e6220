// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace actscope::core {

/// logits = pooled · Wᵀ + b in float32 for a bfloat16 `pooled`, which is kept as bfloat16. Logits
/// rounded to eight digits would tie.
///
/// Shapes  pooled [batch, dim] bfloat16; weight [classes, dim], bias [classes] float32 → logits
///         [batch, classes] float32
torch::Tensor narrow_head(const torch::Tensor& pooled, const torch::Tensor& weight,
                          const torch::Tensor& bias);

}  // namespace actscope::core
