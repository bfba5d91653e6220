// SPDX-License-Identifier: Apache-2.0
// NaN and infinity reach loss and gradients as they do in dense training, whatever is compressed.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <map>

#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

const ResMlpGeometry geometry{
    .image_size = 8, .patch = 2, .in_channels = 3, .dim = 8, .depth = 2, .classes = 5};

struct Outcome {
  bool is_loss_finite = true;
  std::map<std::string, bool> finite;  // gradients, by parameter
};

// One step with `value` at one pixel, or at one place of the parameter named.
Outcome outcome_of(const std::string& scheme, const std::string& place, double value) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.5;
  ResMlp model(geometry, make_scheme(config, geometry), 1, 1 << 20);
  at::manual_seed(4);
  Tensor images = torch::randn({3, 3, 8, 8});
  {
    const at::NoGradGuard no_grad;
    Tensor target = place == "image" ? images : model.named_parameters()[place];
    target.view({-1})[5].fill_(value);
  }
  const Tensor labels = torch::tensor({0, 1, 2}, torch::kInt64);
  const Tensor loss = smoothed_cross_entropy(model.forward(images), labels, 0.1);
  loss.backward();
  Outcome outcome;
  outcome.is_loss_finite = std::isfinite(loss.item<double>());
  for (const auto& entry : model.named_parameters()) {
    outcome.finite[entry.key()] = torch::isfinite(entry.value().grad()).all().item<bool>();
  }
  return outcome;
}

TEST(NonFiniteValues, ReachLossAndGradientsAsInDenseTraining) {
  for (const double value : {std::nan(""), static_cast<double>(INFINITY)}) {
    for (const char* place : {"image", "stem.proj.weight", "blocks.0.linear_tokens.weight",
                              "blocks.1.mlp_channels.fc1.weight", "blocks.1.ls2"}) {
      const Outcome dense = outcome_of("dense", place, value);
      EXPECT_FALSE(dense.is_loss_finite) << place;
      for (const char* scheme : {"int4-bsr", "int8"}) {
        const Outcome got = outcome_of(scheme, place, value);
        EXPECT_EQ(got.is_loss_finite, dense.is_loss_finite) << scheme << " " << place;
        for (const auto& [parameter, is_finite] : dense.finite) {
          if (is_finite) continue;
          EXPECT_FALSE(got.finite.at(parameter)) << scheme << " " << place << " " << parameter;
        }
      }
    }
  }
}

}  // namespace
}  // namespace actscope::core
