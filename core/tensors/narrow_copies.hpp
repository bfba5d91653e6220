// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace actscope::core {

/// Copies in bfloat16 of the float32 parameters that plain autograd multiplies. Autograd keeps
/// factors for backward; copies that live on from step to step make those parameters, not saved
/// activations. They are refreshed where their parameter has changed since.
class NarrowCopies {
 public:
  /// Allocates all copies, 2 bytes an element.
  /// Requires parameters where they will stay
  explicit NarrowCopies(torch::TensorList parameters);

  /// The copy of one of the parameters, up to date; its gradient reaches the parameter in float32.
  torch::Tensor lend(const torch::Tensor& parameter);

  /// Every copy.
  std::vector<torch::Tensor> tensors() const;

 private:
  struct Copy {
    torch::Tensor values;
    std::int64_t version = -1;  ///< of the parameter when it was copied
  };
  std::unordered_map<const c10::TensorImpl*, Copy> copies_;
};

}  // namespace actscope::core
