// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/compressed_linear.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <functional>
#include <sstream>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "saving/saved_slot.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

constexpr std::int64_t features = 24, outputs = 10, rows = 3 * 35;

struct Gradients {
  Tensor y, dx, dw, db;
};

struct Scene {
  Tensor x, weight, bias, dy;

  explicit Scene(torch::ScalarType type = torch::kFloat64) {
    at::manual_seed(3);
    const auto drawn = [&](std::initializer_list<std::int64_t> sizes) {
      return torch::randn(torch::IntArrayRef(sizes.begin(), sizes.size()), torch::kFloat64)
          .to(type);
    };
    x = drawn({3, 35, features}).requires_grad_();
    weight = drawn({outputs, features}).requires_grad_();
    bias = drawn({outputs}).requires_grad_();
    dy = drawn({3, 35, outputs});
  }

  Gradients through(const std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)>& f) {
    for (const Tensor& leaf : {x, weight, bias}) leaf.mutable_grad().reset();
    const Tensor y = f(x, weight, bias);
    y.backward(dy);
    return {y.detach(), x.grad(), weight.grad(), bias.grad()};
  }
  Gradients plain() {
    return through(
        [](const Tensor& a, const Tensor& b, const Tensor& c) { return torch::linear(a, b, c); });
  }
  Gradients compressed(const InputCompression& input) {
    return through([&](const Tensor& a, const Tensor& b, const Tensor& c) {
      return compressed_linear(a, b, c, input);
    });
  }
  Tensor flat_x() const { return x.detach().reshape({rows, features}); }
};

void expect_close(const Tensor& got, const Tensor& expected, double tolerance, const char* what) {
  EXPECT_LE((got - expected).abs().max().item<double>(), tolerance) << what;
}

// Whatever is kept, only dW may differ from plain autograd's.
void expect_rest_exact(const Gradients& got, const Gradients& plain) {
  EXPECT_TRUE(torch::equal(got.y, plain.y));
  expect_close(got.dx, plain.dx, 1e-12, "dx");
  expect_close(got.db, plain.db, 1e-12, "db");
}

TEST(CompressedLinear, AllBlocksKeptGiveTheGradientsOfAutograd) {
  Scene scene;
  const Gradients plain = scene.plain();
  const Gradients got = scene.compressed({parse_store("bsr:8x4:0"), {}});
  expect_rest_exact(got, plain);
  expect_close(got.dw, plain.dw, 1e-12, "dw");
}

TEST(CompressedLinear, TheWeightGradientMultipliesWhatTheStoreDecodesTo) {
  Scene scene;
  const Gradients plain = scene.plain();
  for (const char* store : {"bsr:8:0.6", "bsr:4x8:0.5:row", "bsr:8:0.5:global:int8", "int8", "int4",
                            "bf16", "fp8", "topk:0.5"}) {
    SavedSlot decoded(parse_store(store), {1, rows, features}, scene.flat_x());
    decoded.put(0, scene.flat_x());
    const Tensor expected =
        scene.dy.reshape({rows, outputs}).t().mm(decoded.get(0, rows).contiguous());
    const Gradients got = scene.compressed({parse_store(store), {}});
    expect_rest_exact(got, plain);
    expect_close(got.dw, expected, 1e-12, store);
    EXPECT_GT((got.dw - plain.dw).abs().max().item<double>(), 1e-6) << store << " loses nothing";
  }
}

TEST(CompressedLinear, AnOperandMultipliesTheBlocksChosenInForward) {
  Scene scene;
  const Gradients plain = scene.plain();
  for (const char* store : {"keep", "int4"}) {
    SavedSlot whole(parse_store(store), {1, rows, features}, scene.flat_x());
    whole.put(0, scene.flat_x());
    SavedSlot pruned(parse_store("bsr:8:0.6"), {1, rows, features}, scene.flat_x());
    pruned.put(0, scene.flat_x());
    const Tensor mask = pruned.get(0, rows) != 0;
    const Tensor expected = scene.dy.reshape({rows, outputs}).t().mm(whole.get(0, rows) * mask);
    const Gradients got = scene.compressed({parse_store(store), parse_operand("bsr:8:0.6")});
    expect_rest_exact(got, plain);
    expect_close(got.dw, expected, 1e-12, store);
  }
}

TEST(CompressedLinear, AWalkInSmallPartsGivesTheSameGradient) {
  Scene scene;
  for (const char* store : {"bsr:4:0.5", "int4"}) {
    const Gradients whole = scene.compressed({parse_store(store), {}});
    const Gradients parts = scene.compressed({parse_store(store), {}, 1});
    expect_close(parts.dw, whole.dw, 1e-12, store);
  }
}

TEST(CompressedLinear, NarrowValuesAreSummedInFloat32) {
  Scene scene(torch::kBFloat16);
  const Gradients got = scene.compressed({parse_store("bsr:4:0"), {}});
  EXPECT_EQ(got.dw.scalar_type(), torch::kBFloat16);
  const Tensor exact = scene.dy.reshape({rows, outputs})
                           .to(torch::kFloat64)
                           .t()
                           .mm(scene.flat_x().to(torch::kFloat64));
  // Rounded once: half a unit in the last of 8 bits.
  EXPECT_LE(((got.dw.to(torch::kFloat64) - exact).abs() / exact.abs().clamp_min(1e-2))
                .max()
                .item<double>(),
            1.0 / 256 + 1e-4);
}

TEST(CompressedLinear, AViewThatIsNotContiguousIsTakenAsItIs) {
  Scene scene;
  const Tensor turned = scene.x.detach().transpose(1, 2).contiguous().transpose(1, 2);
  ASSERT_FALSE(turned.is_contiguous());
  const Gradients plain = scene.plain();
  scene.x = turned.requires_grad_();
  const Gradients got = scene.compressed({parse_store("bsr:8:0"), {}});
  expect_close(got.dw, plain.dw, 1e-12, "dw");
}

TEST(CompressedLinear, BackwardMayRunTwiceWhereTheGraphIsRetained) {
  Scene scene;
  const Tensor y = compressed_linear(scene.x, scene.weight, scene.bias, {parse_store("int8"), {}});
  y.backward(scene.dy, true);
  const Tensor once = scene.weight.grad().clone();
  y.backward(scene.dy);
  EXPECT_TRUE(torch::equal(scene.weight.grad(), once * 2));
}

TEST(CompressedLinear, ASecondDerivativeIsRefused) {
  Scene scene;
  const Tensor y = compressed_linear(scene.x, scene.weight, scene.bias, {parse_store("int8"), {}});
  EXPECT_THROW(torch::autograd::grad({y.sum()}, {scene.weight}, {}, true, true), Error);
}

TEST(CompressedLinear, NothingIsKeptForAFrozenWeight) {
  Scene scene;
  scene.weight.requires_grad_(false);
  tracer::install_counting_cpu_allocator();
  tracer::GraphLedger ledger;
  ledger.exclude({scene.x, scene.weight, scene.bias});
  ledger.begin();
  const Tensor y =
      compressed_linear(scene.x, scene.weight, scene.bias, {parse_store("bsr:8:0.5"), {}});
  EXPECT_EQ(totals_of(ledger.count(y.sum(), {y})).storage_bytes, 0);
}

TEST(CompressedLinear, WhatDoesNotFitIsRefused) {
  Scene scene;
  const auto call = [&](const Tensor& x, const Tensor& w, const Tensor& b, const char* store) {
    return compressed_linear(x, w, b, {parse_store(store), {}});
  };
  EXPECT_THROW(call(scene.x, scene.weight.t(), scene.bias, "int8"), ShapeMismatch);
  EXPECT_THROW(call(scene.x, scene.weight, scene.bias.narrow(0, 0, 3), "int8"), ShapeMismatch);
  EXPECT_THROW(call(scene.x, scene.weight.to(torch::kFloat32), scene.bias, "int8"), ShapeMismatch);
  EXPECT_THROW(call(scene.x[0][0], scene.weight, scene.bias, "int8"), ShapeMismatch);
  for (const char* store : {"drop", "code4", "pool:2"}) {
    EXPECT_THROW(call(scene.x, scene.weight, scene.bias, store), ConfigError) << store;
  }
  EXPECT_THROW(compressed_linear(scene.x, scene.weight, scene.bias,
                                 {parse_store("bsr:8:0.5"), parse_operand("bsr:4:0.5")}),
               ConfigError);
}

TEST(BsrLinear, IsADropInThatSharesTheParametersOfTheLayerItReplaces) {
  torch::nn::Linear layer(features, outputs);
  BsrLinear drop_in(*layer, InputCompression{parse_store("bsr:8:0"), {}});
  ASSERT_EQ(drop_in->parameters().size(), 2U);
  EXPECT_TRUE(drop_in->weight.is_same(layer->weight));
  EXPECT_TRUE(drop_in->named_parameters().contains("bias"));
  const Tensor x = torch::randn({7, 9, features});
  EXPECT_TRUE(torch::equal(drop_in(x), layer(x)));
  drop_in(x).sum().backward();
  EXPECT_TRUE(layer->weight.grad().defined());
}

TEST(BsrLinear, TrainsInsideASequence) {
  at::manual_seed(1);
  torch::nn::Sequential net(
      BsrLinear(torch::nn::LinearOptions(features, 32), kernels::BlockSpec{8, 8, 0.5}),
      torch::nn::ReLU(),
      BsrLinear(torch::nn::LinearOptions(32, 1).bias(false), kernels::BlockSpec{8, 8, 0.5}));
  torch::optim::SGD optimizer(net->parameters(), 0.02);
  const Tensor x = torch::randn({64, features});
  const Tensor goal = x.narrow(1, 0, 1) - x.narrow(1, 1, 1);
  const auto loss = [&] { return torch::mse_loss(net->forward(x), goal); };
  const double before = loss().item<double>();
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    loss().backward();
    optimizer.step();
  }
  EXPECT_LT(loss().item<double>(), before / 4);
}

TEST(BsrLinear, EveryCallDrawsAnew) {
  BsrLinear layer(torch::nn::LinearOptions(features, outputs),
                  kernels::BlockSpec{4, 4, 0.75, kernels::Select::random});
  const Tensor x = torch::randn({64, features});
  const auto gradient = [&] {
    layer->weight.mutable_grad().reset();
    layer(x).sum().backward();
    return layer->weight.grad().clone();
  };
  const Tensor first = gradient(), second = gradient();
  EXPECT_FALSE(torch::equal(first, second));
}

TEST(BsrLinear, SaysWhatItKeeps) {
  std::ostringstream text;
  text << BsrLinear(torch::nn::LinearOptions(4, 2), kernels::BlockSpec{16, 16, 0.8});
  EXPECT_NE(text.str().find("store=bsr:16:0.8"), std::string::npos) << text.str();
}

}  // namespace
}  // namespace actscope::core
