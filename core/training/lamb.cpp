// SPDX-License-Identifier: Apache-2.0
#include "training/lamb.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/error.hpp"

namespace actscope::core {

using torch::Tensor;
using torch::optim::AdamWParamState;

Tensor Lamb::step(LossClosure closure) {
  if (closure != nullptr) throw Error(error_text("LAMB takes no closure"));
  const at::NoGradGuard no_grad;
  const double divisor = gradient_divisor();
  for (const auto& group : param_groups_) {
    const auto& options = static_cast<const torch::optim::AdamWOptions&>(group.options());
    for (const Tensor& parameter : group.params()) {
      if (parameter.grad().defined()) update(parameter, options, divisor);
    }
  }
  return {};
}

// The divisor that brings the norm of all gradients together down to 1; at least 1.
double Lamb::gradient_divisor() const {
  double sum = 0;
  for (const auto& group : param_groups_) {
    for (const Tensor& parameter : group.params()) {
      if (parameter.grad().defined()) sum += parameter.grad().square().sum().item<double>();
    }
  }
  return std::max(1.0, std::sqrt(sum));
}

void Lamb::update(const Tensor& parameter, const torch::optim::AdamWOptions& options,
                  double gradient_divisor) {
  auto& slot = state_[parameter.unsafeGetTensorImpl()];
  if (!slot) {
    auto fresh = std::make_unique<AdamWParamState>();
    fresh->step(0);
    fresh->exp_avg(torch::zeros_like(parameter));
    fresh->exp_avg_sq(torch::zeros_like(parameter));
    slot = std::move(fresh);
  }
  auto& state = static_cast<AdamWParamState&>(*slot);
  state.step(state.step() + 1);
  const auto [beta1, beta2] = options.betas();
  const Tensor gradient = parameter.grad() / gradient_divisor;
  state.exp_avg().lerp_(gradient, 1 - beta1);
  state.exp_avg_sq().mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
  const auto steps = static_cast<double>(state.step());
  const double correction1 = 1 - std::pow(beta1, steps), correction2 = 1 - std::pow(beta2, steps);
  Tensor change = state.exp_avg() / correction1;
  change.div_((state.exp_avg_sq() / correction2).sqrt_().add_(options.eps()));
  double trust = 1;
  if (options.weight_decay() != 0) {
    change.add_(parameter, options.weight_decay());
    const auto size = parameter.norm().item<double>(), step_size = change.norm().item<double>();
    if (size > 0 && step_size > 0) trust = size / step_size;
  }
  Tensor value = parameter;
  value.add_(change, -options.lr() * trust);
}

}  // namespace actscope::core
