// SPDX-License-Identifier: Apache-2.0
// Drop-path inside the model: what skips half a block has no gradient there, under every scheme.
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/model/resmlp_block.hpp"
#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

const ResMlpGeometry geometry{
    .image_size = 8, .patch = 2, .in_channels = 3, .dim = 8, .depth = 3, .classes = 5};

ResMlp model_of(const std::string& scheme, std::vector<std::string> slots = {},
                std::int64_t workspace_bytes = 1 << 20) {
  RunConfig config;
  config.scheme = scheme;
  config.slot_overrides = std::move(slots);
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.5;
  ResMlp model(geometry, make_scheme(config, geometry), 1, workspace_bytes);
  model.to(torch::kFloat64);
  return model;
}

Tensor images_of(std::int64_t count) {
  at::manual_seed(4);
  return torch::randn({count, 3, 8, 8}, torch::kFloat64);
}

constexpr BlockHalf halves[] = {BlockHalf::tokens, BlockHalf::channels};

// A draw in which every half of every block is skipped by some images and not by others.
DropPath mixed_draw(std::int64_t images) {
  for (DropPath draw{.ratio = 0.5, .seed = 0, .step = 0};; ++draw.step) {
    bool is_mixed = true;
    for (std::int64_t block = 0; block < geometry.depth; ++block) {
      for (const BlockHalf half : halves) {
        std::int64_t skipped = 0;
        for (std::int64_t image = 0; image < images; ++image) {
          skipped += draw.factor(block, half, image) == 0 ? 1 : 0;
        }
        is_mixed &= skipped > 0 && skipped < images;
      }
    }
    if (is_mixed) return draw;
  }
}

// A draw in which the one image skips this half of this block and no other.
DropPath skipping(std::int64_t wanted, BlockHalf wanted_half) {
  for (DropPath draw{.ratio = 0.5, .seed = 0, .step = 0};; ++draw.step) {
    bool fits = true;
    for (std::int64_t block = 0; block < geometry.depth; ++block) {
      for (const BlockHalf half : halves) {
        const bool is_wanted = block == wanted && half == wanted_half;
        fits &= (draw.factor(block, half, 0) == 0) == is_wanted;
      }
    }
    if (fits) return draw;
  }
}

// Whether a parameter belongs to that half of that block.
bool is_of(const std::string& name, std::int64_t block, BlockHalf half) {
  const bool is_tokens = half == BlockHalf::tokens;
  const std::string prefix = "blocks." + std::to_string(block) + ".";
  const std::vector<std::string> parts =
      is_tokens ? std::vector<std::string>{"norm1.", "linear_tokens.", "ls1"}
                : std::vector<std::string>{"norm2.", "mlp_channels.", "ls2"};
  return std::ranges::any_of(
      parts, [&](const std::string& part) { return name.starts_with(prefix + part); });
}

std::vector<Tensor> gradients_of(ResMlp model, const Tensor& images, const DropPath& draw) {
  model.forward(images, nullptr, &draw).square().sum().backward();
  std::vector<Tensor> all;
  for (const Tensor& parameter : model.parameters()) all.push_back(parameter.grad());
  return all;
}

TEST(DropPathInTheModel, ExactSchemesHaveTheGradientsOfTheDenseOne) {
  const Tensor images = images_of(6);
  const DropPath draw = mixed_draw(6);
  const auto gradients = [&](const std::string& scheme, std::vector<std::string> slots = {}) {
    return gradients_of(model_of(scheme, std::move(slots)), images, draw);
  };
  const auto dense = gradients("dense");
  for (const auto& got :
       {gradients("exact"), gradients("checkpoint"), gradients("exact", {"blocks.*=keep"}),
        gradients("exact", {"*.x1=drop", "*.t=keep", "*.v=keep"})}) {
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
  const at::NoGradGuard no_grad;
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

TEST(DropPathInTheModel, AHalfThatIsSkippedHasNoGradientUnderAnyScheme) {
  const Tensor images = images_of(1);
  for (const std::string& scheme : preset_names()) {
    for (const BlockHalf half : halves) {
      const DropPath draw = skipping(1, half);
      ResMlp model = model_of(scheme);
      model.forward(images, nullptr, &draw).square().sum().backward();
      for (const auto& entry : model.named_parameters()) {
        const bool has_gradient = entry.value().grad().abs().sum().item<double>() > 0;
        EXPECT_EQ(has_gradient, !is_of(entry.key(), 1, half)) << scheme << " " << entry.key();
      }
    }
  }
}

TEST(DropPathInTheModel, ASkippedHalfPassesItsInputOn) {
  const Tensor images = images_of(1);
  for (const char* scheme : {"dense", "exact"}) {
    for (const BlockHalf half : halves) {
      const DropPath draw = skipping(1, half);
      ResMlp model = model_of(scheme);
      const Tensor logits = model.forward(images, nullptr, &draw);
      {
        const at::NoGradGuard no_grad;  // whatever that half computes does not matter
        for (const auto& entry : model.named_parameters()) {
          if (is_of(entry.key(), 1, half)) entry.value().fill_(0.5);
        }
      }
      EXPECT_TRUE(torch::equal(model.forward(images, nullptr, &draw), logits)) << scheme;
      EXPECT_FALSE(torch::equal(model.forward(images), logits)) << scheme;
    }
  }
}

TEST(DropPathInTheModel, WhatIsKeptDoesNotDependOnTheWorkspace) {
  const Tensor images = images_of(6);
  const DropPath draw = mixed_draw(6);
  for (const char* scheme : {"int4-bsr", "checkpoint-int4", "linear-bsr"}) {
    const auto gradients = [&](std::int64_t workspace_bytes) {
      return gradients_of(model_of(scheme, {}, workspace_bytes), images, draw);
    };
    const auto whole = gradients(1 << 20);
    const auto parts = gradients(0);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_LE((parts[i] - whole[i]).norm().item<double>(),
                1e-11 * whole[i].norm().item<double>());
    }
  }
}

TEST(DropPathInTheModel, FactorsOfAnotherShapeAreRefused) {
  const auto ones = [](std::initializer_list<std::int64_t> sizes) {
    return torch::ones(torch::IntArrayRef(sizes.begin(), sizes.size()), torch::kFloat64);
  };
  const BlockParameters p{ones({8}),  ones({8}),     ones({4, 4}), ones({4}),
                          ones({8}),  ones({8}),     ones({8}),    ones({32, 8}),
                          ones({32}), ones({8, 32}), ones({8}),    ones({8})};
  RunConfig config;
  config.scheme = "exact";
  BlockContext context{"blocks.0", make_scheme(config, geometry).blocks[0], 1 << 20};
  const Tensor x = ones({2, 4, 8});
  context.drop_factors = ones({2, 2});
  EXPECT_NO_THROW((void)resmlp_block(x, p, context));
  for (const Tensor& wrong : {ones({2, 3}), ones({2}), ones({2, 2}).to(torch::kFloat32)}) {
    context.drop_factors = wrong;
    EXPECT_THROW((void)resmlp_block(x, p, context), ShapeMismatch);
  }
}

}  // namespace
}  // namespace actscope::core
