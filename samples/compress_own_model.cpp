// SPDX-License-Identifier: Apache-2.0
// A transformer block that knows nothing of Actscope, before and after its linear layers and its
// GELU keep their inputs compressed. Prints the ledger of both.
#include <torch/torch.h>

#include <cstdio>

#include "actscope/core/layers/compressed_gelu.hpp"
#include "actscope/core/layers/compressed_linear.hpp"
#include "actscope/reports/memory/ledger_rendering.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"

namespace core = actscope::core;
using torch::Tensor;

namespace {

constexpr std::int64_t width = 64, heads = 4;

// `Linear` is torch::nn::Linear or a drop-in for it, `Gelu` a function.
template <class Linear, class Gelu>
struct Block : torch::nn::Module {
  template <class... Options>
  explicit Block(Gelu function, const Options&... options) : gelu(std::move(function)) {
    const auto linear = [&](const char* name, std::int64_t in, std::int64_t out) {
      return register_module(name, Linear(torch::nn::LinearOptions(in, out), options...));
    };
    qkv = linear("qkv", width, 3 * width);
    project = linear("project", width, width);
    fc1 = linear("fc1", width, 4 * width);
    fc2 = linear("fc2", 4 * width, width);
  }
  Tensor forward(const Tensor& x) {
    const auto normed = [](const Tensor& t) { return torch::layer_norm(t, {width}); };
    const auto parts = qkv(normed(x))
                           .view({x.size(0), x.size(1), 3, heads, width / heads})
                           .permute({2, 0, 3, 1, 4})
                           .unbind(0);
    const Tensor mixed = torch::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
    const Tensor y = x + project(mixed.transpose(1, 2).reshape(x.sizes()));
    return y + fc2(gelu(fc1(normed(y))));
  }
  Linear qkv{nullptr}, project{nullptr}, fc1{nullptr}, fc2{nullptr};
  Gelu gelu;
};

actscope::LedgerRecord ledger_of(auto& block, const Tensor& x) {
  actscope::tracer::GraphLedger ledger;
  ledger.exclude(block.parameters());
  ledger.exclude({x});
  ledger.begin();
  const Tensor loss = block.forward(x).square().mean();
  auto record = ledger.count(loss, {});
  loss.backward();
  return record;
}

}  // namespace

int main() {
  actscope::tracer::install_counting_cpu_allocator();
  const Tensor x = torch::randn({8, 128, width});
  const auto plain_gelu = [](const Tensor& h) { return torch::gelu(h); };
  const auto int4_gelu = [](const Tensor& h) {
    return core::compressed_gelu(h, core::parse_store("int4"));
  };
  const core::InputCompression int4_pruned{core::parse_store("int4"),
                                           core::parse_operand("bsr:8:0.8")};
  Block<torch::nn::Linear, decltype(plain_gelu)> plain(plain_gelu);
  Block<core::BsrLinear, decltype(int4_gelu)> compressed(int4_gelu, int4_pruned);

  const auto before = ledger_of(plain, x);
  const auto after = ledger_of(compressed, x);
  std::printf("before\n%s\nafter\n%s", actscope::reports::render_ledger_text(before).c_str(),
              actscope::reports::render_ledger_text(after).c_str());
  return before.residual_bytes.value == 0 && after.residual_bytes.value == 0 ? 0 : 1;
}
