// SPDX-License-Identifier: Apache-2.0
#include "training/weight_average.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>
#include <torch/types.h>

namespace actscope::core {

WeightAverage::WeightAverage(torch::nn::Module& module, double decay)
    : module_(module), decay_(decay) {
  for (const torch::Tensor& parameter : module.parameters()) {
    averages_.push_back(parameter.detach().clone());
  }
}

void WeightAverage::update() {
  const at::NoGradGuard no_grad;
  const auto parameters = module_.parameters();
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    averages_[i].lerp_(parameters[i], 1 - decay_);
  }
}

void WeightAverage::swap() {
  const at::NoGradGuard no_grad;
  auto parameters = module_.parameters();
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const torch::Tensor trained = parameters[i].clone();
    parameters[i].copy_(averages_[i]);
    averages_[i].copy_(trained);
  }
}

}  // namespace actscope::core
