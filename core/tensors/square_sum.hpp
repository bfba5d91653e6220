// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace actscope::core {

/// The sum of squares of a tensor, in double precision.
inline double square_sum(const torch::Tensor& tensor) {
  return tensor.to(torch::kFloat64).square().sum().item<double>();
}

}  // namespace actscope::core
