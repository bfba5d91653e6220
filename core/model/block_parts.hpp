// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <optional>

#include "actscope/core/model/resmlp_block.hpp"
#include "actscope/core/scheme/drop_path.hpp"
#include "actscope/tracer/name.hpp"
#include "saving/block_choice.hpp"
#include "saving/chunk_units.hpp"
#include "saving/saved_slot.hpp"

namespace actscope::core {

/// The name of a slot in traces.
tracer::Name trace_name(Slot slot);

/// The factor of every image in a half of the block, [batch, 1, 1]; undefined where every factor is
/// 1.
/// Shapes  drop_factors [2, batch], or undefined
torch::Tensor factors_of_half(const torch::Tensor& drop_factors, BlockHalf half);

/// A tensor times factors of its images or rows, or itself where they are undefined.
torch::Tensor times(const torch::Tensor& values, const torch::Tensor& factors);

/// What one block keeps between forward and backward under a plan.
struct SavedBlock {
  /// `context` gives plan, seed and thresholds.
  SavedBlock(const BlockContext& context, const torch::Tensor& x, std::int64_t hidden);

  SavedSlot& slot(Slot name) { return slots[static_cast<std::size_t>(name)]; }
  const SavedSlot& slot(Slot name) const { return slots[static_cast<std::size_t>(name)]; }
  std::optional<BlockChoice>& choice(Product name) {
    return choices[static_cast<std::size_t>(name)];
  }
  void record(tracer::StoreLedger* ledger, std::string_view layer) const;
  /// Calls `visit` for every tensor held, with its slot.
  void visit(const tracer::SavedTensorSource::Visit& visit) const;
  /// Lets go of these slots and choices, and of the factors of drop-path with slot x, unless the
  /// graph is to be walked again.
  void release(std::initializer_list<Slot> names, std::initializer_list<Product> products);

  /// The factor of each image from `first` on in a half of the block, [count, 1, 1]; undefined
  /// where every factor is 1.
  torch::Tensor drop_factors_of(BlockHalf half, std::int64_t first, std::int64_t count) const;
  /// The same for rows of the flattened tokens, [count, 1].
  torch::Tensor drop_factors_of_rows(BlockHalf half, std::int64_t first, std::int64_t count) const;

  BlockPlan plan;
  std::int64_t batch, tokens, dim, hidden;
  std::vector<SavedSlot> slots;
  std::array<std::optional<BlockChoice>, product_count> choices;
  torch::Tensor drop_factors;  ///< [2, batch], or undefined
  bool is_retained = false;    ///< backward leaves the slots for another walk
};

/// Which of the large products backward has to compute.
struct BlockNeeds {
  bool token_half = true;    ///< x or a parameter of the token half
  bool token_weight = true;  ///< dA
  bool fc1_product = true;   ///< dW1 and what follows from it
  bool fc2_product = true;   ///< dW2 and what follows from it
};

/// Gradients of the parameters of one block, in the order of BlockParameters.
struct BlockGradients {
  torch::Tensor alpha1, beta1, token_weight, token_bias, gamma1, alpha2, beta2, fc1_weight,
      fc1_bias, fc2_weight, fc2_bias, gamma2;
};

/// x [batch, tokens, dim] contiguous → x1 = x + γ1⊙(A y + a), y = α1⊙x + β1, storing x, y, t.
torch::Tensor mix_tokens(const torch::Tensor& x, const BlockParameters& p, SavedBlock& stores,
                         std::int64_t workspace_bytes);

/// Rows [first, first + count) of x1 [batch·tokens, dim], rebuilt from the stored x (and t, y).
torch::Tensor rebuild_x1(const BlockParameters& p, const SavedBlock& stores, std::int64_t first,
                         std::int64_t count);

/// g1 = dL/dx1 → dL/dx, written over g1; fills the gradients of the token half, releases its slots.
torch::Tensor mix_tokens_backward(torch::Tensor g1, const BlockParameters& p, SavedBlock& stores,
                                  const BlockNeeds& needs, BlockGradients& gradients,
                                  std::int64_t workspace_bytes);

/// x1 → x2 = x1 + γ2⊙(gelu(z W1ᵀ + b1) W2ᵀ + b2), z = α2⊙x1 + β2, storing x1, z, h, u, v; written
/// over x1 where that is not kept.
torch::Tensor mix_channels(torch::Tensor x1, const BlockParameters& p, SavedBlock& stores,
                           std::int64_t workspace_bytes);

/// g = dL/dx2 → dL/dx1; fills the gradients of the channel half, releases its slots.
torch::Tensor mix_channels_backward(const torch::Tensor& g, const BlockParameters& p,
                                    SavedBlock& stores, const BlockNeeds& needs,
                                    BlockGradients& gradients, std::int64_t workspace_bytes);

}  // namespace actscope::core
