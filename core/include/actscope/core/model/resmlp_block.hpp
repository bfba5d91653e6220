// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_norms.hpp"
#include "actscope/tracer/store_ledger.hpp"

namespace actscope::core {

/// The learned tensors of one ResMLP block; N tokens, D channels, H = hidden.
struct BlockParameters {
  torch::Tensor alpha1, beta1;             ///< [D] affine before token mixing
  torch::Tensor token_weight, token_bias;  ///< A [N, N], a [N]
  torch::Tensor gamma1;                    ///< [D] LayerScale
  torch::Tensor alpha2, beta2;             ///< [D] affine before channel mixing
  torch::Tensor fc1_weight, fc1_bias;      ///< W1 [H, D], b1 [H]
  torch::Tensor fc2_weight, fc2_bias;      ///< W2 [D, H], b2 [D]
  torch::Tensor gamma2;                    ///< [D] LayerScale
};

/// What a block needs beside its input.
struct BlockContext {
  std::string layer;  ///< "blocks.3", the name under which bytes register
  BlockPlan plan;
  std::int64_t workspace_bytes = 0;       ///< transient budget of forward and backward
  tracer::StoreLedger* ledger = nullptr;  ///< may be null
  /// Seeds what stores draw (rounding, sampled blocks): mixed from run, step and layer.
  std::uint64_t seed = 0;
  /// What Select::threshold carries from step to step: f64 [draw_count], changed in place;
  /// undefined: every step chooses as `global` does.
  torch::Tensor thresholds = {};
  SlotNorms* norms = nullptr;  ///< what stores keep is added here; null: not measured
  /// Factors, by image, of the change that each half of the block makes, [2, batch], in the element
  /// type of x; undefined: 1. See DropPath
  torch::Tensor drop_factors = {};
};

/// Slots and products, each of which draws by itself.
inline constexpr std::int64_t draw_count = slot_count + product_count;
/// The seed of a slot, and of the blocks that a product alone reads, in a block with `block_seed`.
std::uint64_t draw_seed(std::uint64_t block_seed, Slot slot);
std::uint64_t draw_seed(std::uint64_t block_seed, Product product);

/// One ResMLP block, forward exact, backward from the slots that the plan keeps.
///
/// Shapes  x [batch, tokens, dim] → [batch, tokens, dim]; parameters as BlockParameters; float32,
///         float64 or bfloat16, CPU or CUDA, all of one kind; beside a bfloat16 x parameters may be
///         float32: products take them rounded, and their gradients are float32
/// Errors  ShapeMismatch: a length disagrees; BackendNotBuilt, DeviceError
/// Source  docs/reference/block-algebra.md
torch::Tensor resmlp_block(const torch::Tensor& x, const BlockParameters& parameters,
                           const BlockContext& context);

}  // namespace actscope::core
