// SPDX-License-Identifier: Apache-2.0
#include "tensors/narrow_copies.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

namespace actscope::core {
namespace {

using torch::Tensor;

// A conversion to bfloat16, as autograd sees it, whose result exists already.
class Lent : public torch::autograd::Function<Lent> {
 public:
  static Tensor forward(torch::autograd::AutogradContext*, const Tensor&, const Tensor& copy) {
    return copy.detach();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 const torch::autograd::variable_list& outputs) {
    return {outputs.front().to(torch::kFloat32), Tensor()};
  }
};

}  // namespace

NarrowCopies::NarrowCopies(torch::TensorList parameters) {
  for (const Tensor& parameter : parameters) {
    copies_[parameter.unsafeGetTensorImpl()].values =
        torch::empty(parameter.sizes(), parameter.options().dtype(torch::kBFloat16));
  }
}

Tensor NarrowCopies::lend(const Tensor& parameter) {
  Copy& copy = copies_.at(parameter.unsafeGetTensorImpl());
  if (copy.version != parameter._version()) {
    const at::NoGradGuard no_grad;
    copy.values.copy_(parameter);
    copy.version = parameter._version();
  }
  return Lent::apply(parameter, copy.values);
}

std::vector<Tensor> NarrowCopies::tensors() const {
  std::vector<Tensor> all;
  for (const auto& [parameter, copy] : copies_) all.push_back(copy.values);
  return all;
}

}  // namespace actscope::core
