// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/optim/adamw.h>

namespace actscope::core {

/// LAMB: the step of AdamW, scaled matrix by matrix to the norm of the matrix; gradients are first
/// scaled to a common norm of at most 1. Groups without weight decay take the step as it is. State
/// and options are those of AdamW, so checkpoints and ledgers treat both alike.
/// Source  You et al., arXiv:1904.00962; details as timm.optim.Lamb
class Lamb : public torch::optim::AdamW {
 public:
  using AdamW::AdamW;
  /// Errors  Error: a closure was given
  torch::Tensor step(LossClosure closure = nullptr) override;

 private:
  double gradient_divisor() const;
  void update(const torch::Tensor& parameter, const torch::optim::AdamWOptions& options,
              double gradient_divisor);
};

}  // namespace actscope::core
