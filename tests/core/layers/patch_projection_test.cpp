// SPDX-License-Identifier: Apache-2.0
#include "layers/patch_projection.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

struct Case {
  std::int64_t batch, channels, height, width, patch, outputs;
};

class PatchProjection : public testing::TestWithParam<Case> {};

// Results and gradients of `projection` for one output gradient.
template <class Projection>
std::vector<Tensor> run(const Projection& projection, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(input.detach().clone(torch::MemoryFormat::Preserve).requires_grad_());
  }
  const Tensor out = projection(leaves[0], leaves[1], leaves[2]);
  at::manual_seed(9);
  out.backward(torch::randn(out.sizes(), out.options().requires_grad(false)));
  return {out.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
}

TEST_P(PatchProjection, IsTheConvolutionWhoseStrideIsItsSide) {
  const Case c = GetParam();
  at::manual_seed(3);
  const Tensor images = torch::randn({c.batch, c.channels, c.height, c.width}, torch::kFloat64);
  const Tensor weight = torch::randn({c.outputs, c.channels, c.patch, c.patch}, torch::kFloat64);
  const Tensor bias = torch::randn({c.outputs}, torch::kFloat64);
  const auto by_convolution = [&](const Tensor& x, const Tensor& w, const Tensor& b) {
    return torch::conv2d(x, w, b, c.patch).flatten(2).transpose(1, 2);
  };
  for (const Tensor& x : {images, images.contiguous(torch::MemoryFormat::ChannelsLast),
                          images.transpose(2, 3).contiguous().transpose(2, 3)}) {
    const auto got = run(patch_projection, {x, weight, bias});
    const auto expected = run(by_convolution, {x, weight, bias});
    ASSERT_TRUE(got[0].is_contiguous());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(torch::allclose(got[i], expected[i], 1e-10, 1e-10)) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, PatchProjection,
                         testing::Values(Case{2, 3, 12, 12, 4, 5}, Case{3, 1, 10, 14, 3, 7},
                                         Case{1, 2, 6, 6, 6, 1}, Case{4, 1, 5, 5, 1, 2}));

// As of the convolution: the batch and the weight are kept, their patches are not.
TEST(PatchProjectionNode, KeepsNoPatches) {
  tracer::install_counting_cpu_allocator();
  const auto live = [] { return tracer::memory_counters(tracer::MemoryDevice::cpu).live_bytes; };
  const Tensor images = torch::randn({2, 3, 8, 8});
  const Tensor weight = torch::randn({5, 3, 4, 4}, torch::requires_grad());
  const Tensor bias = torch::zeros({5}, torch::requires_grad());
  const std::int64_t before = live();
  const Tensor out = patch_projection(images, weight, bias);
  EXPECT_EQ(live() - before, static_cast<std::int64_t>(out.nbytes()));
  out.sum().backward();
  EXPECT_TRUE(weight.grad().defined());
  EXPECT_FALSE(images.grad().defined());
}

TEST(PatchProjectionNode, RefusesASecondDerivative) {
  const Tensor images = torch::randn({2, 3, 8, 8});
  const Tensor weight = torch::randn({5, 3, 4, 4}, torch::requires_grad());
  const Tensor out = patch_projection(images, weight, torch::zeros({5}));
  EXPECT_THROW(torch::autograd::grad({out.sum()}, {weight}, {}, true, /*create_graph=*/true),
               Error);
}

}  // namespace
}  // namespace actscope::core
