// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/model/loss.hpp"

#include <torch/types.h>

#include "actscope/tracer/scope.hpp"

namespace actscope::core {

torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                     double label_smoothing, tracer::StoreLedger* ledger) {
  static const tracer::Name name("loss");
  const tracer::LayerScope layer(name, Phase::forward);
  const torch::Tensor log_p = torch::log_softmax(logits, 1);
  const auto [nll, total_weight] =
      at::nll_loss_forward(log_p, labels, {}, at::Reduction::Mean, /*ignore_index=*/-100);
  if (ledger != nullptr) {
    for (const auto& [slot, tensor] :
         {std::pair{"log_probabilities", log_p}, {"total_weight", total_weight}}) {
      ledger->record("loss", slot, tensor.storage().unsafeGetStorageImpl(),
                     static_cast<std::int64_t>(tensor.storage().nbytes()));
    }
  }
  if (label_smoothing == 0) return nll;
  // lerp with a scalar weight keeps no tensor; a product with a scalar would.
  return torch::lerp(nll, log_p.mean().neg(), label_smoothing);
}

}  // namespace actscope::core
