// SPDX-License-Identifier: Apache-2.0
// Activations in bfloat16 beside parameters in float32: gradients, copies of parameters, runs.
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "block_oracle.hpp"

namespace actscope {
namespace {

using core::ElementType;
using torch::Tensor;

constexpr std::int64_t roomy = std::int64_t{64} << 20;
// Half the distance between neighbors, of the value: what one rounding may be off.
constexpr double rounding = 0x1p-9;

struct Problem {
  Tensor x, g;
  core::BlockParameters p;  // float64, every value one of bfloat16's
};

Problem make_problem(std::int64_t batch, std::int64_t tokens, std::int64_t dim) {
  at::manual_seed(5);
  const std::int64_t hidden = 4 * dim;
  const auto normal = [&](torch::IntArrayRef sizes, double scale, double mean = 0) {
    const Tensor values = torch::randn(sizes, torch::kFloat64) * scale + mean;
    return values.to(torch::kBFloat16).to(torch::kFloat64);
  };
  core::BlockParameters p{
      normal({dim}, 0.3, 1),      normal({dim}, 0.3),         normal({tokens, tokens}, 0.3),
      normal({tokens}, 0.3),      normal({dim}, 0.5),         normal({dim}, 0.3, 1),
      normal({dim}, 0.3),         normal({hidden, dim}, 0.3), normal({hidden}, 0.3),
      normal({dim, hidden}, 0.3), normal({dim}, 0.3),         normal({dim}, 0.5)};
  return {normal({batch, tokens, dim}, 1), normal({batch, tokens, dim}, 1), p};
}

core::BlockPlan plan_of(const std::string& scheme, std::vector<std::string> slots = {}) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.5;
  config.slot_overrides = std::move(slots);
  const core::ResMlpGeometry geometry{.image_size = 64, .patch = 4, .dim = 64, .depth = 1};
  return core::make_scheme(config, geometry).blocks.front();
}

// Gradients with x and g in `type`, parameters in float32 beside bfloat16.
test::Gradients gradients_of(const Problem& problem, const core::BlockPlan& plan,
                             torch::ScalarType type, std::int64_t workspace_bytes = roomy) {
  const bool is_narrow = type == torch::kBFloat16;
  std::vector<Tensor> inputs{problem.x.to(type).requires_grad_()};
  for (const Tensor& parameter : test::as_list(problem.p)) {
    inputs.push_back(
        parameter.to(is_narrow ? torch::kFloat32 : type).detach().clone().requires_grad_());
  }
  const core::BlockParameters own{inputs[1], inputs[2],  inputs[3],  inputs[4],
                                  inputs[5], inputs[6],  inputs[7],  inputs[8],
                                  inputs[9], inputs[10], inputs[11], inputs[12]};
  const Tensor out =
      core::resmlp_block(inputs[0], own, {"blocks.0", plan, workspace_bytes, nullptr, 1});
  EXPECT_EQ(out.scalar_type(), type);
  const auto list = torch::autograd::grad({out}, inputs, {problem.g.to(type)});
  test::Gradients gradients;
  std::ranges::copy(list, gradients.begin());
  return gradients;
}

double relative_error(const Tensor& got, const Tensor& right) {
  const Tensor wide = right.to(torch::kFloat64);
  return ((got.to(torch::kFloat64) - wide).norm() / wide.norm()).item<double>();
}

// From x to a gradient a value is rounded at most 12 times (y, t, x1, z, h, u, scaled W2, dh, dz,
// g1, q, product), and each rounding is off by a random amount up to `rounding`.
constexpr double most_error = 12 * rounding;

TEST(MixedPrecision, ExactSchemesGiveTheGradientsOfFloat64) {
  for (const auto& [batch, tokens, dim] : {std::tuple{4, 9, 16}, std::tuple{3, 49, 24}}) {
    const Problem problem = make_problem(batch, tokens, dim);
    const auto exact = test::autograd_gradients(problem.x, problem.p, problem.g);
    for (const char* scheme : {"dense", "exact", "checkpoint"}) {
      for (std::int64_t workspace_bytes : {roomy, std::int64_t{0}}) {
        SCOPED_TRACE(std::string(scheme) + ", workspace " + std::to_string(workspace_bytes));
        const auto got = gradients_of(problem, plan_of(scheme), torch::kBFloat16, workspace_bytes);
        for (std::size_t i = 0; i < got.size(); ++i) {
          EXPECT_LT(relative_error(got[i], exact[i]), most_error) << "gradient " << i;
          EXPECT_EQ(got[i].scalar_type(), i == 0 ? torch::kBFloat16 : torch::kFloat32);
        }
      }
    }
  }
}

// Every store reads and gives back bfloat16: near what the same plan gives in float64. Where the
// blocks, codes or largest elements that a plan picks hang on the last digit, errors of the store's
// own size stand beside those of rounding.
TEST(MixedPrecision, EveryStoreGivesTheGradientsOfItsPlan) {
  const Problem problem = make_problem(4, 16, 16);
  for (const auto& [store, store_error] : {std::pair{"bf16", 0.0},
                                           {"fp8", 0.03},
                                           {"int8", 0.01},
                                           {"int4", 0.1},
                                           {"bsr:4:0.25", 0.1},
                                           {"bsr:4:0.25:panel:bf16", 0.1},
                                           {"bsr:4:0.25:panel:int8", 0.1},
                                           {"bsr:4:0.25:panel:int4", 0.15},
                                           {"bsr:4:0.25:global", 0.1},
                                           {"bsr+int2:4:0.25", 0.25},
                                           {"topk:0.25", 0.1},
                                           {"pool:2", 0.0}}) {
    const std::string is(std::string("=") + store);
    for (const auto& slots :
         {std::vector{"*.y" + is, "*.z" + is, "*.u" + is}, std::vector{"*.x" + is, "*.x1" + is}}) {
      SCOPED_TRACE(slots[0]);
      const core::BlockPlan plan = plan_of("exact", slots);
      const auto wide = gradients_of(problem, plan, torch::kFloat64);
      const auto got = gradients_of(problem, plan, torch::kBFloat16);
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_LT(relative_error(got[i], wide[i]), most_error + store_error) << "gradient " << i;
      }
    }
  }
}

core::ResMlp make_model(const std::string& scheme, ElementType type) {
  const core::ResMlpGeometry geometry{
      .image_size = 12, .patch = 3, .in_channels = 1, .dim = 16, .depth = 2, .classes = 5};
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  return {geometry, core::make_scheme(config, geometry), 3, roomy, type};
}

Tensor loss_of(core::ResMlp& model, const Tensor& images, const Tensor& labels) {
  const Tensor logits = model.forward(images);
  EXPECT_EQ(logits.scalar_type(), torch::kFloat32);
  return core::smoothed_cross_entropy(logits, labels, 0.1);
}

// Copies follow their parameters, whatever changes those, and change no gradient.
TEST(MixedPrecision, HeldCopiesGiveTheGradientsOfCopiesOfTheMoment) {
  at::manual_seed(1);
  const Tensor images = torch::randn({6, 1, 12, 12});
  const Tensor labels = torch::randint(5, {6}, torch::kInt64);
  core::ResMlp held = make_model("dense", ElementType::bf16);
  core::ResMlp momentary = make_model("dense", ElementType::bf16);
  held.hold_narrow_copies();
  EXPECT_EQ(held.narrow_copies().size(), 2U * 12 + 2);
  std::int64_t copy_bytes = 0;
  for (const Tensor& copy : held.narrow_copies()) {
    copy_bytes += static_cast<std::int64_t>(copy.nbytes());
  }
  EXPECT_EQ(copy_bytes, core::narrow_copy_bytes(held.geometry()));
  EXPECT_TRUE(momentary.narrow_copies().empty());
  for (int step = 0; step < 3; ++step) {
    for (core::ResMlp* model : {&held, &momentary}) {
      model->zero_grad();
      loss_of(*model, images, labels).backward();
    }
    const auto right = momentary.parameters();
    const auto got = held.parameters();
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].scalar_type(), torch::kFloat32);
      EXPECT_TRUE(torch::equal(got[i].grad(), right[i].grad())) << "step " << step << ", " << i;
    }
    const at::NoGradGuard no_grad;
    for (core::ResMlp* model : {&held, &momentary}) {
      for (Tensor& parameter : model->parameters()) parameter.sub_(parameter.grad(), 0.1);
    }
  }
}

// Two forward passes without an update between them read the same copies.
TEST(MixedPrecision, TwoForwardsShareTheCopies) {
  at::manual_seed(1);
  const Tensor images = torch::randn({4, 1, 12, 12});
  const Tensor labels = torch::randint(5, {4}, torch::kInt64);
  core::ResMlp model = make_model("dense", ElementType::bf16);
  model.hold_narrow_copies();
  const Tensor first = loss_of(model, images, labels);
  const Tensor second = loss_of(model, images, labels);
  EXPECT_EQ(first.item<float>(), second.item<float>());
  EXPECT_NO_THROW((first + second).backward());
}

// Every scheme computes the same forward: logits are within the rounding of a few dozen operations.
TEST(MixedPrecision, LogitsAreNearThoseOfFloat32) {
  at::manual_seed(1);
  const Tensor images = torch::randn({6, 1, 12, 12});
  for (const std::string& scheme : core::preset_names()) {
    core::ResMlp wide = make_model(scheme, ElementType::fp32);
    core::ResMlp narrow = make_model(scheme, ElementType::bf16);
    const Tensor right = wide.forward(images).detach();
    EXPECT_LT(relative_error(narrow.forward(images).detach(), right), most_error) << scheme;
    const at::NoGradGuard no_grad;  // evaluation: plain operators on copies of the moment
    EXPECT_LT(relative_error(narrow.forward(images), right), most_error) << scheme;
  }
}

}  // namespace
}  // namespace actscope
