// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>

#include <vector>

namespace actscope::core {

/// An exponential moving average of a module's parameters, beginning at their values.
class WeightAverage {
 public:
  /// `module` outlives this.
  /// Requires 0 < decay < 1
  WeightAverage(torch::nn::Module& module, double decay);

  /// average ← decay·average + (1 − decay)·parameters. Call after each optimizer step.
  void update();
  /// Exchanges the values of the parameters and the average; once more puts them back.
  void swap();

  /// The averages, in the order of the module's parameters.
  const std::vector<torch::Tensor>& averages() const noexcept { return averages_; }

 private:
  torch::nn::Module& module_;
  double decay_;
  std::vector<torch::Tensor> averages_;
};

}  // namespace actscope::core
