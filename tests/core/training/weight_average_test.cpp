// SPDX-License-Identifier: Apache-2.0
#include "training/weight_average.hpp"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>

namespace actscope::core {
namespace {

class Single : public torch::nn::Module {
 public:
  Single() { w = register_parameter("w", torch::full({2}, 4.0)); }
  void set(double value) {
    const at::NoGradGuard no_grad;
    w.fill_(value);
  }
  double value() const { return w[1].item<double>(); }
  torch::Tensor w;
};

TEST(WeightAverage, BeginsAtTheParametersAndFollowsThem) {
  Single module;
  WeightAverage average(module, 0.75);
  module.set(8);
  average.update();  // .75·4 + .25·8
  average.update();  // .75·5 + .25·8
  average.swap();
  EXPECT_EQ(module.value(), 5.75);
  EXPECT_TRUE(module.w.requires_grad());
  average.swap();
  EXPECT_EQ(module.value(), 8);
}

TEST(WeightAverage, GoesOnFromValuesOfBefore) {
  Single module;
  WeightAverage average(module, 0.75);
  module.set(8);
  average.update();
  WeightAverage again(module, 0.75);
  ASSERT_EQ(average.averages().size(), 1U);
  {
    const at::NoGradGuard no_grad;
    torch::Tensor value = again.averages()[0];
    value.copy_(average.averages()[0]);
  }
  again.update();
  again.swap();
  EXPECT_EQ(module.value(), 5.75);
}

}  // namespace
}  // namespace actscope::core
