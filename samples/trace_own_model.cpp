// SPDX-License-Identifier: Apache-2.0
// What a model of one's own keeps for the backward pass, storage by storage, and who keeps it.
#include <torch/torch.h>

#include <cstdio>

#include "actscope/reports/memory/ledger_rendering.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"

namespace {

using actscope::Phase;
using actscope::tracer::LayerScope;
using actscope::tracer::Name;

// Any model: nothing in it is Actscope's but the scopes, which give the table its layers.
struct Net : torch::nn::Module {
  torch::Tensor forward(torch::Tensor x) {
    {
      const LayerScope layer(Name("features"), Phase::forward);
      x = torch::max_pool2d(norm(conv(x)).relu(), 2).flatten(1);
    }
    const LayerScope layer(Name("head"), Phase::forward);
    return head(torch::dropout(x, 0.1, is_training()));
  }

  torch::nn::Conv2d conv =
      register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 8, 3).padding(1)));
  torch::nn::BatchNorm2d norm = register_module("norm", torch::nn::BatchNorm2d(8));
  torch::nn::Linear head = register_module("head", torch::nn::Linear(8 * 14 * 14, 10));
};

}  // namespace

int main() {
  actscope::tracer::install_counting_cpu_allocator();
  Net net;
  const torch::Tensor images = torch::randn({16, 1, 28, 28});
  const torch::Tensor labels = torch::randint(10, {16}, torch::kInt64);

  actscope::tracer::GraphLedger ledger;
  ledger.exclude(net.parameters());
  ledger.exclude(net.buffers());
  ledger.exclude({images, labels});

  actscope::LedgerRecord record;
  for (int step = 0; step < 2; ++step) {  // the first fills the caches of libraries
    ledger.begin();
    const torch::Tensor logits = net.forward(images);
    const torch::Tensor loss = torch::cross_entropy_loss(logits, labels);
    record = ledger.count(loss, {logits});
    loss.backward();
    net.zero_grad();
  }
  std::fputs(actscope::reports::render_ledger_text(record).c_str(), stdout);
  return record.residual_bytes.value == 0 ? 0 : 1;
}
