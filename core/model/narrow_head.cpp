// SPDX-License-Identifier: Apache-2.0
#include "model/narrow_head.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

namespace actscope::core {
namespace {

using torch::Tensor;

class NarrowHead : public torch::autograd::Function<NarrowHead> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& pooled,
                        const Tensor& weight, const Tensor& bias) {
    ctx->save_for_backward({pooled, weight});
    return torch::addmm(bias, pooled.to(weight.scalar_type()), weight.t());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    const auto saved = ctx->get_saved_variables();
    const Tensor& pooled = saved[0];
    const Tensor& weight = saved[1];
    const Tensor& g = outputs.front();
    return {torch::mm(g, weight).to(pooled.scalar_type()),
            torch::mm(g.t(), pooled.to(g.scalar_type())), g.sum(0)};
  }
};

}  // namespace

Tensor narrow_head(const Tensor& pooled, const Tensor& weight, const Tensor& bias) {
  return NarrowHead::apply(pooled, weight, bias);
}

}  // namespace actscope::core
