// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <optional>

#include "actscope/core/resmlp_block.hpp"
#include "slot_store.hpp"

namespace actscope::core {

/// What one block keeps between forward and backward under a plan.
struct BlockStores {
  BlockStores(const BlockPlan& plan, const torch::Tensor& x, std::int64_t hidden);

  SlotStore& slot(Slot name) { return slots[static_cast<std::size_t>(name)]; }
  std::optional<BlockChoice>& choice(Product name) {
    return choices[static_cast<std::size_t>(name)];
  }
  void record(tracer::SavedLedger* ledger, std::string_view layer) const;

  BlockPlan plan;
  std::int64_t batch, tokens, dim, hidden;
  std::vector<SlotStore> slots;
  std::array<std::optional<BlockChoice>, product_count> choices;
};

/// Gradients of the parameters of one block, in the order of BlockParameters.
struct BlockGradients {
  torch::Tensor alpha1, beta1, token_weight, token_bias, gamma1, alpha2, beta2, fc1_weight,
      fc1_bias, fc2_weight, fc2_bias, gamma2;
};

/// Units a walk takes at once so that `bytes_a_unit` transients stay within the budget: a multiple
/// of every granule, at least one of them, at most all.
std::int64_t chunk_units(std::int64_t units, std::int64_t workspace_bytes,
                         std::int64_t bytes_a_unit, const std::vector<std::int64_t>& granules);

/// x [batch, tokens, dim] contiguous → x1 = x + γ1⊙(A y + a), y = α1⊙x + β1, storing x, y, t.
torch::Tensor mix_tokens(const torch::Tensor& x, const BlockParameters& p, BlockStores& stores,
                         std::int64_t workspace_bytes);

/// x1 rebuilt from the stored x (or t).
torch::Tensor rebuild_x1(const BlockParameters& p, BlockStores& stores,
                         std::int64_t workspace_bytes);

/// g1 = dL/dx1 → dL/dx; fills the gradients of the token half, releases its slots.
torch::Tensor mix_tokens_backward(const torch::Tensor& g1, const BlockParameters& p,
                                  BlockStores& stores, BlockGradients& gradients,
                                  std::int64_t workspace_bytes);

/// x1 → x2 = x1 + γ2⊙(gelu(z W1ᵀ + b1) W2ᵀ + b2), z = α2⊙x1 + β2, storing x1, z, h, u, v.
torch::Tensor mix_channels(const torch::Tensor& x1, const BlockParameters& p, BlockStores& stores,
                           std::int64_t workspace_bytes);

/// g = dL/dx2 → dL/dx1; fills the gradients of the channel half, releases its slots.
torch::Tensor mix_channels_backward(const torch::Tensor& g, const BlockParameters& p,
                                    BlockStores& stores, BlockGradients& gradients,
                                    std::int64_t workspace_bytes);

}  // namespace actscope::core
