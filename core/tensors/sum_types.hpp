// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace actscope::core {

/// The element type in which sums over values of a type are kept: float32 for bfloat16, whose eight
/// digits a sum would soon lose, else the type itself.
constexpr torch::ScalarType sum_type(torch::ScalarType type) {
  return type == torch::kBFloat16 ? torch::kFloat32 : type;
}

/// Zeros to which gradients of a parameter are added.
inline torch::Tensor zeros_for_sum(const torch::Tensor& parameter) {
  return torch::zeros_like(parameter, parameter.options().dtype(sum_type(parameter.scalar_type())));
}

/// Σ over all but the last dimension.
/// Shapes  values [..., features] → [features] of sum_type
inline torch::Tensor feature_sums(const torch::Tensor& values) {
  return values.reshape({-1, values.size(-1)}).sum(0, false, sum_type(values.scalar_type()));
}

/// The tensor itself, or a copy in the type of its sums.
inline torch::Tensor as_sum(const torch::Tensor& values) {
  return values.to(sum_type(values.scalar_type()));
}

}  // namespace actscope::core
