// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/slot_norms.hpp"
#include "training/batch_loader.hpp"

namespace actscope::core {

/// Holds the gradients of a model under its scheme against the exact ones, on a batch of the
/// training: once every so many steps, before the step itself and outside of what it measures.
class GradientProbe {
 public:
  /// 0: never.
  explicit GradientProbe(std::int64_t every_steps) : every_steps_(every_steps) {}

  bool is_due(std::int64_t step) const { return every_steps_ > 0 && step % every_steps_ == 0; }

  /// Two more forward and backward passes, one of plain autograd, which takes its memory. Leaves
  /// model and gradients as they were.
  /// Requires no gradients in the parameters
  void sample(ResMlp& model, const Scheme& scheme, const Batch& batch, double label_smoothing);

  /// Means over the samples, in the order of the parameters.
  std::vector<GradientError> errors() const;

  /// Writes what was measured of each slot.
  void fill(std::vector<LayerFootprint>& layers) const;

 private:
  struct Sums {
    double relative_error = 0;
    double cosine = 0;
  };
  void compare(const std::vector<torch::Tensor>& exact, const std::vector<torch::Tensor>& got);

  std::int64_t every_steps_;
  std::int64_t samples_ = 0;
  std::vector<std::string> names_;  // of parameters
  std::vector<Sums> sums_;
  std::vector<SlotNorms> norms_;  // by block
};

}  // namespace actscope::core
