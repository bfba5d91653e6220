// SPDX-License-Identifier: Apache-2.0
#include "training/heldout.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/core/model/loss.hpp"

namespace actscope::core {

HeldoutSums walk_heldout(ResMlp& model, const BatchLoader& loader, const torch::Device& device,
                         std::int64_t batch,
                         const std::function<bool(const Batch&, const torch::Tensor&)>& on_batch) {
  const at::NoGradGuard no_grad;
  HeldoutSums sums;
  for (std::int64_t first = 0; first < loader.heldout_samples(); first += batch) {
    const Batch part =
        loader.heldout_batch(first, std::min(batch, loader.heldout_samples() - first));
    const std::int64_t count = part.labels.size(0);
    torch::Tensor logits = torch::empty({0, model.geometry().classes});
    if (count > 0) {
      const torch::Tensor labels = part.labels.to(device);
      logits = model.forward(part.images.to(device));
      sums.loss +=
          smoothed_cross_entropy(logits, labels, 0).item<double>() * static_cast<double>(count);
      sums.correct += logits.argmax(1).eq(labels).sum().item<std::int64_t>();
      sums.samples += count;
    }
    if (on_batch && !on_batch(part, logits)) break;
  }
  return sums;
}

}  // namespace actscope::core
