// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <vector>

#include "actscope/core/drop_path.hpp"
#include "actscope/core/resmlp_block.hpp"
#include "actscope/core/resmlp_geometry.hpp"
#include "actscope/core/scheme.hpp"
#include "actscope/tracer/saved_ledger.hpp"

namespace actscope::core {

/// A ResMLP whose blocks keep their slots as a scheme says. Parameter names are timm's:
/// stem.proj.weight, blocks.0.norm1.alpha, blocks.0.linear_tokens.weight, blocks.0.ls1,
/// blocks.0.mlp_channels.fc1.weight, …, norm.alpha, head.weight.
class ResMlp : public torch::nn::Module {
 public:
  /// Parameters are drawn from `seed` with a generator of its own: equal for every scheme.
  /// Shapes  as geometry; dtype float32 on the CPU (`to` moves them)
  ResMlp(const ResMlpGeometry& geometry, const Scheme& scheme, std::uint64_t seed,
         std::int64_t workspace_bytes);

  /// Shapes  images [batch, in_channels, image_size, image_size] → logits [batch, classes]
  /// Errors  ShapeMismatch: images of another shape
  /// Effects registers every storage kept for backward with `ledger` where that is not null; lets
  ///         images skip blocks where `drop_path` is not null
  torch::Tensor forward(const torch::Tensor& images, tracer::SavedLedger* ledger = nullptr,
                        const DropPath* drop_path = nullptr);

  const ResMlpGeometry& geometry() const noexcept { return geometry_; }

 private:
  torch::Tensor stem(const torch::Tensor& images) const;
  torch::Tensor block(const torch::Tensor& x, std::size_t index, tracer::SavedLedger* ledger,
                      const DropPath* drop_path) const;

  ResMlpGeometry geometry_;
  Scheme scheme_;
  std::int64_t workspace_bytes_;
  torch::Tensor stem_weight_, stem_bias_;
  std::vector<BlockParameters> blocks_;
  torch::Tensor norm_alpha_, norm_beta_, head_weight_, head_bias_;
};

/// Cross entropy with label smoothing, mean over the batch:
/// (1 − ε)·nll + ε·mean over classes of −log p. Keeps log p [batch, classes] and one scalar.
///
/// Shapes  logits [batch, classes]; labels [batch] int64 → scalar
/// Effects registers what it keeps as layer "loss" with `ledger` where that is not null
torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                     double label_smoothing, tracer::SavedLedger* ledger = nullptr);

}  // namespace actscope::core
