// SPDX-License-Identifier: Apache-2.0
#include "weight_average.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace actscope::core {
namespace {

class Single : public torch::nn::Module {
 public:
  Single() { w = register_parameter("w", torch::full({2}, 4.0)); }
  void set(double value) {
    const torch::NoGradGuard no_grad;
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

TEST(WeightAverage, GoesOnFromASavedState) {
  Single module;
  WeightAverage average(module, 0.75);
  module.set(8);
  average.update();
  std::stringstream bytes;
  torch::serialize::OutputArchive out;
  average.save(out);
  out.save_to(bytes);
  WeightAverage again(module, 0.75);
  torch::serialize::InputArchive in;
  in.load_from(bytes);
  again.load(in);
  again.update();
  again.swap();
  EXPECT_EQ(module.value(), 5.75);
  torch::serialize::InputArchive empty;
  EXPECT_THROW(again.load(empty), c10::Error);
}

}  // namespace
}  // namespace actscope::core
