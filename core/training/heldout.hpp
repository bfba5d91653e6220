// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "actscope/core/model/resmlp.hpp"
#include "training/batch_loader.hpp"

namespace actscope::core {

/// Sums over held-out images.
struct HeldoutSums {
  std::int64_t samples = 0;
  std::int64_t correct = 0;
  double loss = 0;  ///< sum of the cross entropies, without smoothing
};

/// Runs the held-out part of `loader` through the model, `batch` images at once, without gradients.
/// `on_batch` gets each batch and its logits [batch, classes] (on `device`) after it was counted,
/// and ends the walk by returning false; may be empty.
HeldoutSums walk_heldout(ResMlp& model, const BatchLoader& loader, const torch::Device& device,
                         std::int64_t batch,
                         const std::function<bool(const Batch&, const torch::Tensor&)>& on_batch);

}  // namespace actscope::core
