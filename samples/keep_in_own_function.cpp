// SPDX-License-Identifier: Apache-2.0
// An autograd function of one's own, y = max(0, x Wᵀ)², that keeps what its backward reads in
// stores of Actscope. Prints the ledger of plain operators, then that of the function.
#include <torch/torch.h>

#include <cstdio>

#include "actscope/core/layers/saved_tensor.hpp"
#include "actscope/reports/memory/ledger_rendering.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"

using actscope::core::SavedTensor;
using torch::Tensor;

namespace {

struct SquaredReluLayer : torch::autograd::Function<SquaredReluLayer> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x, const Tensor& w) {
    const Tensor positive = torch::mm(x, w.t()).relu_();
    ctx->save_for_backward({w});
    // The weight gradient multiplies the largest blocks of x; the slope wants all of max(0, h).
    ctx->saved_data["x"] = SavedTensor(x, "bsr:16:0.5", {.name = "x"}).saved();
    ctx->saved_data["positive"] = SavedTensor(positive, "int4", {.name = "positive"}).saved();
    return positive.square();
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    const SavedTensor x(ctx->saved_data["x"]), positive(ctx->saved_data["positive"]);
    const Tensor dh = outputs[0] * 2 * positive.tensor();
    const Tensor dx = torch::mm(dh, ctx->get_saved_variables()[0]);
    const Tensor dw = x.product(dh);
    x.release();
    positive.release();
    return {dx, dw};
  }
};

Tensor plain_layer(const Tensor& x, const Tensor& w) {
  return torch::mm(x, w.t()).relu().square();
}

actscope::LedgerRecord ledger_of(const auto& layer, const Tensor& input, const Tensor& w1,
                                 const Tensor& w2) {
  actscope::tracer::GraphLedger ledger;
  ledger.exclude({input, w1, w2});
  ledger.begin();
  const Tensor loss = layer(layer(input, w1), w2).mean();
  auto record = ledger.count(loss, {});
  loss.backward();
  return record;
}

}  // namespace

int main() {
  actscope::tracer::install_counting_cpu_allocator();
  const Tensor input = torch::randn({1024, 64});
  const Tensor w1 = torch::randn({256, 64}).mul_(0.1).requires_grad_();
  const Tensor w2 = torch::randn({64, 256}).mul_(0.1).requires_grad_();
  const auto own_layer = [](const Tensor& x, const Tensor& w) {
    return SquaredReluLayer::apply(x, w);
  };
  const auto before = ledger_of(plain_layer, input, w1, w2);
  const auto after = ledger_of(own_layer, input, w1, w2);
  std::printf("before\n%s\nafter\n%s", actscope::reports::render_ledger_text(before).c_str(),
              actscope::reports::render_ledger_text(after).c_str());
  const bool is_less = totals_of(after).kept_bytes < totals_of(before).kept_bytes;
  return is_less && before.residual_bytes.value == 0 && after.residual_bytes.value == 0 ? 0 : 1;
}
