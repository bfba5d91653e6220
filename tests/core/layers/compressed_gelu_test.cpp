// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/compressed_gelu.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "saving/saved_slot.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

Tensor gradient_of(const Tensor& x, const Tensor& dy, const auto& function) {
  const Tensor leaf = x.detach().clone().requires_grad_();
  function(leaf).backward(dy);
  return leaf.grad();
}

TEST(CompressedGelu, TheDerivativeIsThatOfWhatIsKept) {
  at::manual_seed(2);
  for (const auto& sizes : {std::vector<std::int64_t>{3, 50, 36}, {70}, {5, 1}}) {
    const Tensor x = torch::randn(sizes, torch::kFloat64) * 2;
    const Tensor dy = torch::randn(sizes, torch::kFloat64);
    for (const char* text : {"int8", "int4", "int2:nearest", "bf16", "fp8"}) {
      const StoreSpec store = parse_store(text);
      const Tensor rows = x.dim() < 2 ? x.view({1, -1}) : x.view({-1, x.size(-1)});
      SavedSlot kept(store, {1, rows.size(0), rows.size(1)}, rows);
      kept.put(0, rows);
      const Tensor decoded = kept.get(0, rows.size(0)).contiguous().view(sizes);
      const auto compressed = [&](const Tensor& t) { return compressed_gelu(t, store); };
      EXPECT_LE((compressed(x) - torch::gelu(x)).abs().max().item<double>(), 1e-14);
      const Tensor got = gradient_of(x, dy, compressed);
      const Tensor expected =
          gradient_of(decoded, dy, [](const Tensor& t) { return torch::gelu(t); });
      EXPECT_LE((got - expected).abs().max().item<double>(), 1e-12) << text;
      // The smallest parts there are give the same bits, as every element is computed by itself.
      const Tensor parts =
          gradient_of(x, dy, [&](const Tensor& t) { return compressed_gelu(t, store, 1); });
      EXPECT_TRUE(torch::equal(parts, got)) << text;
    }
  }
}

TEST(CompressedGelu, ACodeOfTheDerivativeStaysWithinItsError) {
  at::manual_seed(4);
  const Tensor x = torch::randn({40, 33}) * 2, ones = torch::ones({40, 33});
  const Tensor exact = gradient_of(x, ones, [](const Tensor& t) { return torch::gelu(t); });
  for (const auto& [text, most] : {std::pair{"code4", .046}, {"code2", .168}}) {
    const StoreSpec store = parse_store(text);
    const Tensor got =
        gradient_of(x, ones, [&](const Tensor& t) { return compressed_gelu(t, store); });
    EXPECT_LE((got - exact).abs().max().item<double>(), most) << text;
    EXPECT_GT((got - exact).abs().max().item<double>(), 1e-4) << text << " loses nothing";
    const Tensor parts =
        gradient_of(x, ones, [&](const Tensor& t) { return compressed_gelu(t, store, 1); });
    EXPECT_TRUE(torch::equal(parts, got)) << text;
  }
}

TEST(CompressedGelu, KeepsTheBytesOfItsStore) {
  const Tensor x = torch::randn({64, 128}).requires_grad_();
  tracer::install_counting_cpu_allocator();
  tracer::GraphLedger ledger;
  ledger.exclude({x});
  ledger.begin();
  const Tensor y = compressed_gelu(x, parse_store("int4"));
  // Half a byte an element and four bytes a group of 128.
  EXPECT_EQ(totals_of(ledger.count(y.sum(), {y})).storage_bytes, 64 * 128 / 2 + 64 * 4);
}

TEST(CompressedGelu, BackwardMayRunTwiceWhereTheGraphIsRetained) {
  const Tensor x = torch::randn({8, 16}).requires_grad_();
  const Tensor sum = compressed_gelu(x, parse_store("int8")).sum();
  sum.backward({}, true);
  const Tensor once = x.grad().clone();
  sum.backward();
  EXPECT_TRUE(torch::equal(x.grad(), once * 2));
}

TEST(CompressedGelu, WhatWouldBeWrongIsRefused) {
  const Tensor x = torch::randn({8, 16}).requires_grad_();
  EXPECT_THROW(compressed_gelu(x, parse_store("drop")), ConfigError);
  EXPECT_THROW(compressed_gelu(x, parse_store("bsr:4:0.5")), ConfigError);
  EXPECT_THROW(compressed_gelu(x, parse_store("topk:0.5")), ConfigError);
  const Tensor y = compressed_gelu(x, parse_store("int8"));
  EXPECT_THROW(torch::autograd::grad({y.sum()}, {x}, {}, true, true), Error);
}

TEST(CompressedGelu, WithoutAGradientItIsGelu) {
  const Tensor x = torch::randn({8, 16});
  EXPECT_TRUE(torch::equal(compressed_gelu(x, parse_store("int4")), torch::gelu(x)));
  EXPECT_FALSE(compressed_gelu(x, parse_store("int4")).requires_grad());
}

}  // namespace
}  // namespace actscope::core
