// SPDX-License-Identifier: Apache-2.0
#include "training/gradient_probe.hpp"

#include <torch/types.h>

#include "actscope/core/model/loss.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

// "blocks.3.mlp_channels.fc1.weight" → "blocks.3" and the rest; the end of the model is one layer.
GradientError named(const std::string& path) {
  GradientError error;
  const bool is_block = path.starts_with("blocks.");
  const std::size_t dot = path.find('.', is_block ? path.find('.') + 1 : 0);
  const std::string first = path.substr(0, dot);
  const bool is_tail = first == "norm" || first == "head";
  error.layer = is_tail ? "tail" : first;
  error.parameter = is_tail ? path : path.substr(dot + 1);
  return error;
}

// The gradients of one pass, taken from the parameters.
std::vector<Tensor> gradients_of(ResMlp& model, const Scheme& scheme, const Batch& batch,
                                 double label_smoothing) {
  model.set_scheme(scheme);
  smoothed_cross_entropy(model.forward(batch.images), batch.labels, label_smoothing).backward();
  std::vector<Tensor> gradients;
  for (Tensor& parameter : model.parameters()) {
    gradients.push_back(parameter.grad().defined() ? parameter.grad()
                                                   : torch::zeros_like(parameter));
    parameter.mutable_grad() = Tensor();
  }
  return gradients;
}

Scheme plain_scheme(const Scheme& scheme) {
  Scheme plain = scheme;
  for (BlockPlan& plan : plain.blocks) plan.plain_autograd = true;
  return plain;
}

}  // namespace

void GradientProbe::sample(ResMlp& model, const Scheme& scheme, const Batch& batch,
                           double label_smoothing) {
  if (names_.empty()) {
    for (const auto& parameter : model.named_parameters()) names_.push_back(parameter.key());
    sums_.resize(names_.size());
    norms_.resize(scheme.blocks.size());
  }
  // Only the step itself may change the thresholds that are carried on: they are put back below.
  Tensor thresholds = model.thresholds();
  const Tensor before = thresholds.defined() ? thresholds.clone() : Tensor();
  const auto exact = gradients_of(model, plain_scheme(scheme), batch, label_smoothing);
  model.measure_norms(&norms_);
  const auto got = gradients_of(model, scheme, batch, label_smoothing);
  model.measure_norms(nullptr);
  if (before.defined()) thresholds.copy_(before);
  compare(exact, got);
  ++samples_;
}

void GradientProbe::compare(const std::vector<Tensor>& exact, const std::vector<Tensor>& got) {
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const Tensor right = exact[i].to(torch::kFloat64).flatten();
    const Tensor seen = got[i].to(torch::kFloat64).flatten();
    const double size = right.norm().item<double>();
    sums_[i].relative_error += (seen - right).norm().item<double>() / size;
    sums_[i].cosine += seen.dot(right).item<double>() / (size * seen.norm().item<double>());
  }
}

std::vector<GradientError> GradientProbe::errors() const {
  std::vector<GradientError> errors;
  for (std::size_t i = 0; samples_ > 0 && i < names_.size(); ++i) {
    errors.push_back(named(names_[i]));
    errors.back().relative_error = sums_[i].relative_error / static_cast<double>(samples_);
    errors.back().cosine = sums_[i].cosine / static_cast<double>(samples_);
  }
  return errors;
}

void GradientProbe::fill(std::vector<LayerFootprint>& layers) const {
  for (std::size_t block = 0; block < norms_.size(); ++block) {
    const std::string name = "blocks." + std::to_string(block);
    for (LayerFootprint& layer : layers) {
      if (layer.name != name) continue;
      for (SlotFootprint& slot : layer.slots) {
        for (std::size_t s = 0; s < slot_count; ++s) {
          if (slot.name == name_of(static_cast<Slot>(s))) {
            slot.kept_norm_ratio = norms_[block][s].ratio();
          }
        }
      }
    }
  }
}

}  // namespace actscope::core
