// SPDX-License-Identifier: Apache-2.0
// Drop-path inside the model: what skips a block has no gradient there, under every scheme.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include "actscope/core/resmlp.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

const ResMlpGeometry geometry{
    .image_size = 8, .patch = 2, .in_channels = 3, .dim = 8, .depth = 3, .classes = 5};

ResMlp model_of(const std::string& scheme) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.5;
  ResMlp model(geometry, make_scheme(config, geometry), 1, 1 << 20);
  model.to(torch::kFloat64);
  return model;
}

Tensor images_of(std::int64_t count) {
  torch::manual_seed(4);
  return torch::randn({count, 3, 8, 8}, torch::kFloat64);
}

// A draw in which the images of a batch skip some blocks and not others.
DropPath mixed_draw(std::int64_t images) {
  for (DropPath draw{.ratio = 0.5, .seed = 0, .step = 0};; ++draw.step) {
    int skipped = 0, made = 0;
    for (std::int64_t image = 0; image < images; ++image) {
      for (std::int64_t block = 1; block < geometry.depth; ++block) {
        (draw.factor(block, geometry.depth, image) == 0 ? skipped : made) += 1;
      }
    }
    if (skipped > 1 && made > 1) return draw;
  }
}

// A draw in which the one image skips this block and no other.
DropPath skipping(std::int64_t wanted) {
  for (DropPath draw{.ratio = 0.5, .seed = 0, .step = 0};; ++draw.step) {
    bool fits = true;
    for (std::int64_t block = 1; block < geometry.depth; ++block) {
      fits &= (draw.factor(block, geometry.depth, 0) == 0) == (block == wanted);
    }
    if (fits) return draw;
  }
}

TEST(DropPathInTheModel, ExactSchemesHaveTheGradientsOfTheDenseOne) {
  const Tensor images = images_of(6);
  const DropPath draw = mixed_draw(6);
  const auto gradients = [&](const std::string& scheme) {
    ResMlp model = model_of(scheme);
    model.forward(images, nullptr, &draw).square().sum().backward();
    std::vector<Tensor> all;
    for (const Tensor& parameter : model.parameters()) all.push_back(parameter.grad());
    return all;
  };
  const auto dense = gradients("dense");
  for (const char* scheme : {"exact", "checkpoint"}) {
    const auto got = gradients(scheme);
    for (std::size_t i = 0; i < dense.size(); ++i) {
      EXPECT_LE((got[i] - dense[i]).norm().item<double>(), 1e-10 * dense[i].norm().item<double>());
    }
  }
}

// Central differences, which know nothing of autograd.
TEST(DropPathInTheModel, GradientsAreTheSlopesOfTheLoss) {
  const Tensor images = images_of(4);
  const DropPath draw = mixed_draw(4);
  ResMlp model = model_of("exact");
  const auto loss = [&] { return model.forward(images, nullptr, &draw).square().sum(); };
  loss().backward();
  const torch::NoGradGuard no_grad;
  for (const auto& entry : model.named_parameters()) {
    Tensor flat = entry.value().view({-1});
    constexpr double step = 1e-5;
    flat[0] += step;
    const double above = loss().item<double>();
    flat[0] -= 2 * step;
    const double below = loss().item<double>();
    flat[0] += step;
    const double slope = (above - below) / (2 * step);
    EXPECT_NEAR(entry.value().grad().view({-1})[0].item<double>(), slope,
                1e-6 * (1 + std::abs(slope)))
        << entry.key();
  }
}

TEST(DropPathInTheModel, ABlockThatIsSkippedHasNoGradientUnderAnyScheme) {
  const Tensor images = images_of(1);
  for (const std::string& scheme : scheme_presets()) {
    for (std::int64_t skipped = 1; skipped < geometry.depth; ++skipped) {
      const DropPath draw = skipping(skipped);
      ResMlp model = model_of(scheme);
      model.forward(images, nullptr, &draw).square().sum().backward();
      const std::string prefix = "blocks." + std::to_string(skipped) + ".";
      for (const auto& entry : model.named_parameters()) {
        const bool has_gradient = entry.value().grad().abs().sum().item<double>() > 0;
        EXPECT_EQ(has_gradient, !entry.key().starts_with(prefix)) << scheme << " " << entry.key();
      }
    }
  }
}

TEST(DropPathInTheModel, ASkippedBlockPassesItsInputOn) {
  const Tensor images = images_of(1);
  const DropPath draw = skipping(1);
  ResMlp model = model_of("dense");
  const Tensor logits = model.forward(images, nullptr, &draw);
  {
    const torch::NoGradGuard no_grad;  // whatever block 1 computes does not matter
    for (const auto& entry : model.named_parameters()) {
      if (entry.key().starts_with("blocks.1.")) entry.value().fill_(0.5);
    }
  }
  EXPECT_TRUE(torch::equal(model.forward(images, nullptr, &draw), logits));
  EXPECT_FALSE(torch::equal(model.forward(images), logits));
}

}  // namespace
}  // namespace actscope::core
