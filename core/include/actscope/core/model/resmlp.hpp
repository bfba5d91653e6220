// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "actscope/core/model/resmlp_block.hpp"
#include "actscope/core/scheme/drop_path.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_norms.hpp"
#include "actscope/tracer/store_ledger.hpp"

namespace actscope::core {

class NarrowCopies;

/// A ResMLP whose blocks keep their slots as a scheme says. Parameter names are timm's:
/// stem.proj.weight, blocks.0.norm1.alpha, blocks.0.linear_tokens.weight, blocks.0.ls1,
/// blocks.0.mlp_channels.fc1.weight, …, norm.alpha, head.weight.
class ResMlp : public torch::nn::Module {
 public:
  /// Parameters are drawn from `seed` with a generator of its own: equal for every scheme.
  /// Shapes  as geometry; dtype float32 on the CPU (`to` moves them). With bf16 `activations` the
  ///         blocks compute in bfloat16 from parameters rounded for each product, sums and
  ///         gradients of parameters stay float32, and so do stem, head and logits
  ResMlp(const ResMlpGeometry& geometry, const Scheme& scheme, std::uint64_t seed,
         std::int64_t workspace_bytes, ElementType activations = ElementType::fp32);

  /// Shapes  images [batch, in_channels, image_size, image_size] → logits [batch, classes]
  /// Errors  ShapeMismatch: images of another shape
  /// Effects registers every storage kept for backward with `ledger` where that is not null; lets
  ///         images skip half-blocks where `drop_path` is not null
  torch::Tensor forward(const torch::Tensor& images, tracer::StoreLedger* ledger = nullptr,
                        const DropPath* drop_path = nullptr);

  /// The first layer whose output has a value that is not finite: "stem", "blocks.3", "tail"; empty
  /// where there is none. Keeps nothing
  std::string first_non_finite_layer(const torch::Tensor& images) const;

  /// The number of the step that the next forward belongs to: what stores draw depends on it.
  void set_step(std::int64_t step) { step_ = static_cast<std::uint64_t>(step); }

  /// Another scheme from the next forward on.
  /// Requires a plan for every block
  void set_scheme(const Scheme& scheme) { scheme_ = scheme; }
  /// Adds what stores keep of their slots to one entry a block, where `norms` is not null: forward
  /// then decodes what it stores.
  void measure_norms(std::vector<SlotNorms>* norms) { norms_ = norms; }
  /// What selections by threshold carry from step to step: f64 [depth, draw_count].
  torch::Tensor thresholds() const { return thresholds_; }

  /// Holds rounded copies of the parameters that blocks of plain autograd multiply from now on,
  /// 2 bytes an element: autograd keeps factors, and without these each step keeps its own.
  /// Requires bf16 activations, parameters where they will stay
  void hold_narrow_copies();
  /// Those copies; none where none are held.
  std::vector<torch::Tensor> narrow_copies() const;

  const ResMlpGeometry& geometry() const noexcept { return geometry_; }

 private:
  torch::Tensor stem(const torch::Tensor& images) const;
  torch::Tensor factor(const torch::Tensor& parameter) const;
  BlockParameters block_parameters(std::size_t index) const;
  torch::Tensor plain_tail(const torch::Tensor& x, tracer::StoreLedger* ledger) const;
  torch::Tensor block(const torch::Tensor& x, std::size_t index, tracer::StoreLedger* ledger,
                      const DropPath* drop_path) const;

  ResMlpGeometry geometry_;
  Scheme scheme_;
  std::uint64_t seed_;
  std::uint64_t step_ = 0;
  std::int64_t workspace_bytes_;
  bool is_narrow_;                        // activations in bfloat16
  std::shared_ptr<NarrowCopies> copies_;  // null where none are held
  std::vector<SlotNorms>* norms_ = nullptr;
  torch::Tensor stem_weight_, stem_bias_;
  std::vector<BlockParameters> blocks_;
  torch::Tensor norm_alpha_, norm_beta_, head_weight_, head_bias_;
  // Thresholds of selections, block by block; undefined where there is none. Part of a
  // checkpoint.
  torch::Tensor thresholds_;
};

}  // namespace actscope::core
