// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/saved_tensor.hpp"

#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/store_bytes.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "saving/saved_slot.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;
using torch::Tensor;

constexpr std::int64_t rows = 3 * 35, features = 24, outputs = 10;

Tensor drawn(std::initializer_list<std::int64_t> sizes, torch::ScalarType type = torch::kFloat64) {
  at::manual_seed(7);
  return torch::randn(torch::IntArrayRef(sizes.begin(), sizes.size()), torch::kFloat64).to(type);
}

// The stores in which CubeLayer, y = x³ Wᵀ as a user would write it, keeps its slots.
struct Kept {
  std::string x = "keep", cube = "keep", operand = "full";
  bool is_released = true;
};

struct CubeLayer : torch::autograd::Function<CubeLayer> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x, const Tensor& w,
                        const Kept& kept) {
    const Tensor cube = x.pow(3);
    ctx->save_for_backward({w});
    ctx->saved_data["x"] = SavedTensor(x, kept.x, {.name = "x"}).saved();
    ctx->saved_data["cube"] =
        SavedTensor(cube, kept.cube, {.name = "cube", .operand = kept.operand}).saved();
    ctx->saved_data["is_released"] = kept.is_released;
    return torch::matmul(cube, w.t());
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& dy) {
    const SavedTensor x(ctx->saved_data["x"]), cube(ctx->saved_data["cube"]);
    const Tensor w = ctx->get_saved_variables()[0];
    const Tensor dx = torch::matmul(dy[0], w) * 3 * x.tensor().square();
    const Tensor dw = cube.product(dy[0]);
    if (ctx->saved_data["is_released"].toBool()) {
      x.release();
      cube.release();
    }
    return {dx, dw, Tensor()};
  }
};

struct Gradients {
  Tensor dx, dw;
};

struct Scene {
  Tensor x = drawn({3, 35, features}).requires_grad_();
  Tensor w = drawn({outputs, features}).requires_grad_();
  Tensor dy = drawn({3, 35, outputs});

  Gradients through(const Kept& kept) {
    const auto list = torch::autograd::grad({CubeLayer::apply(x, w, kept)}, {x, w}, {dy});
    return {list[0], list[1]};
  }
};

TEST(SavedTensor, KeptWholeItGivesTheGradientsOfAutograd) {
  Scene scene;
  const auto plain = torch::autograd::grad({torch::matmul(scene.x.pow(3), scene.w.t())},
                                           {scene.x, scene.w}, {scene.dy});
  for (const char* store : {"keep", "bsr:8:0"}) {
    const Gradients got = scene.through({.x = store, .cube = store});
    EXPECT_LT((got.dx - plain[0]).abs().max().item<double>(), 1e-10) << store;
    EXPECT_LT((got.dw - plain[1]).abs().max().item<double>(), 1e-10) << store;
  }
}

TEST(SavedTensor, GivesWhatItsStoreDecodesTo) {
  Scene scene;
  const Tensor x = scene.x.detach(), cube = x.pow(3);
  for (const char* store :
       {"int8", "int4", "int2:nearest", "bf16", "fp8", "bsr:8:0.6", "bsr:8x4:0.6:panel:int8",
        "bsr:8:0.6:global", "topk:0.7", "bsr+int2:8:0.6"}) {
    const auto decoded = [&](const Tensor& values) {
      SavedSlot parts(parse_store(store), {1, rows, features}, values);
      parts.put(0, values.reshape({rows, features}).contiguous());
      return parts.get(0, rows).view(values.sizes());
    };
    const Gradients got = scene.through({.x = store, .cube = store});
    const Tensor dx = torch::matmul(scene.dy, scene.w.detach()) * 3 * decoded(x).square();
    EXPECT_LT((got.dx - dx).abs().max().item<double>(), 1e-10) << store;
    if (parse_store(store).kind == StoreKind::bsr_int2) continue;  // its product reads the blocks
    const Tensor dw = torch::mm(scene.dy.flatten(0, 1).t(), decoded(cube).flatten(0, 1));
    EXPECT_LT((got.dw - dw).abs().max().item<double>(), 1e-10) << store;
  }
}

TEST(SavedTensor, AProductReadsTheBlocksOfItsOperand) {
  Scene scene;
  const Tensor cube = scene.x.detach().pow(3);
  SavedSlot pruned(parse_store("bsr:8:0.6"), {1, rows, features}, cube);
  pruned.put(0, cube.reshape({rows, features}));
  const Tensor expected = torch::mm(scene.dy.flatten(0, 1).t(), pruned.get(0, rows));
  const Gradients got = scene.through({.operand = "bsr:8:0.6"});
  EXPECT_LT((got.dw - expected).abs().max().item<double>(), 1e-10);
}

TEST(SavedTensor, DependsNotOnItsWorkspace) {
  const Tensor x = drawn({rows, features}), dy = drawn({rows, outputs});
  for (const char* store : {"int4", "bsr:8:0.6", "topk:0.5"}) {
    const Tensor whole = SavedTensor(x, store).product(dy);
    const Tensor parts = SavedTensor(x, store, {.workspace_bytes = 1}).product(dy);
    EXPECT_LT((whole - parts).abs().max().item<double>(), 1e-10) << store;
  }
}

TEST(SavedTensor, TakesEveryRankAndElementType) {
  for (const torch::ScalarType type : {torch::kFloat32, torch::kFloat64, torch::kBFloat16}) {
    for (const Tensor& x : {drawn({features}, type), drawn({2, 3, 5, features}, type),
                            drawn({0, features}, type), drawn({features, 6}, type).t()}) {
      for (const char* store : {"keep", "int8", "bsr:4:0"}) {
        if (x.numel() == 0 && std::string(store) == "bsr:4:0") continue;
        const SavedTensor slot(x, store);
        const Tensor back = slot.tensor();
        EXPECT_EQ(back.sizes(), x.sizes());
        EXPECT_EQ(back.scalar_type(), type);
        if (x.numel() > 0) {
          EXPECT_LT((back - x).abs().max().to(torch::kFloat64).item<double>(), 0.05) << store;
        }
        auto sizes = x.sizes().vec();
        sizes.back() = outputs;
        const Tensor dw = slot.product(torch::ones(sizes, type));
        EXPECT_EQ(dw.sizes(), (std::vector<std::int64_t>{outputs, x.size(-1)}));
        EXPECT_EQ(dw.scalar_type(), type == torch::kBFloat16 ? torch::kFloat32 : type);
      }
    }
  }
}

TEST(SavedTensor, ItsBytesAreThoseOfTheModelAndStandInTheLedger) {
  tracer::install_counting_cpu_allocator();
  const Tensor x = drawn({rows, features}, torch::kFloat32).requires_grad_();
  const Tensor w = drawn({outputs, features}, torch::kFloat32).requires_grad_();
  for (const char* store : {"int4", "bsr:8:0.6", "topk:0.5", "bf16"}) {
    const StoreBytes expected =
        bytes_of(parse_store(store), {1, rows, features}, kernels::DType::f32);
    EXPECT_EQ(SavedTensor(x, store).bytes(), expected.total()) << store;
    LedgerRecord record;
    for (int step = 0; step < 2; ++step) {  // the first fills caches of libraries
      tracer::GraphLedger ledger;
      ledger.exclude({x, w});
      ledger.begin();
      const Tensor loss = CubeLayer::apply(x, w, Kept{.x = store, .cube = store}).sum();
      record = ledger.count(loss, {});
      loss.backward();
      EXPECT_TRUE(tracer::ledger_of_graph(loss, {}, {x, w}).storages.empty()) << "released";
    }
    EXPECT_EQ(totals_of(record).kept_bytes, 2 * expected.total()) << store;
    EXPECT_EQ(record.residual_bytes.value, 0) << store;
    EXPECT_EQ(record.skipped.opaque, 0) << store;
    std::int64_t named = 0;
    for (const LedgerStorage& storage : record.storages) {
      const std::string& slot = storage.holders[0].slot;
      named += slot == "x" || slot == "cube" ? storage.storage_bytes : 0;
    }
    EXPECT_EQ(named, 2 * expected.total()) << store;
  }
}

TEST(SavedTensor, ARetainedGraphIsWalkedAgain) {
  Scene scene;
  const Tensor y = CubeLayer::apply(scene.x, scene.w, Kept{.x = "int8", .cube = "bsr:8:0.5"});
  const auto walk = [&](bool is_retained) {
    return torch::autograd::grad({y}, {scene.x, scene.w}, {scene.dy}, is_retained);
  };
  const auto first = walk(true), second = walk(false);
  EXPECT_TRUE(torch::equal(first[0], second[0]));
  EXPECT_TRUE(torch::equal(first[1], second[1]));
}

TEST(SavedTensor, HandlesAreOfOneSlot) {
  const Tensor x = drawn({8, 16});
  const SavedTensor first(x, "int8", {.name = "mine"});
  const SavedTensor second(first.saved());
  const SavedTensor third = second;
  EXPECT_GT(third.bytes(), 0);
  first.release();
  EXPECT_EQ(third.bytes(), 0);
  try {
    (void)third.tensor();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the slot mine was released"));
  }
  EXPECT_THROW((void)second.product(drawn({8, 2})), Error);
}

TEST(SavedTensor, OutlivesTheValueThatItCameFrom) {
  const Tensor x = drawn({8, 16});
  std::optional<SavedTensor> slot;
  {
    const c10::IValue saved = SavedTensor(x, "keep").saved();
    slot.emplace(saved);
  }
  EXPECT_TRUE(torch::equal(slot->tensor(), x));
}

TEST(SavedTensor, RefusesWhatItCannotGiveBack) {
  const Tensor x = drawn({8, 16});
  for (const char* store : {"drop", "code4", "code2", "pool:2", "int3", "", "bsr:8:1"}) {
    EXPECT_THROW(SavedTensor(x, store), ConfigError) << store;
  }
  EXPECT_THROW(SavedTensor(x, "int4", {.operand = "half"}), ConfigError);
  EXPECT_THROW(SavedTensor(x, "bsr:8:0.5", {.operand = "bsr:4:0.5"}), ConfigError);
  EXPECT_NO_THROW(SavedTensor(x, "bsr:8:0.5", {.operand = "bsr:8:0.5"}));
  EXPECT_THROW(SavedTensor(drawn({}), "int4"), ShapeMismatch);
  EXPECT_THROW(SavedTensor(drawn({4, 0}), "int4"), ShapeMismatch);
  EXPECT_THROW(SavedTensor(torch::zeros({8, 16}, torch::kInt64), "int4"), ShapeMismatch);
  EXPECT_THROW(SavedTensor(torch::zeros({8, 16}, torch::kFloat16), "int4"), ShapeMismatch);
  EXPECT_THROW(SavedTensor(c10::IValue(3)), Error);
  EXPECT_THROW(SavedTensor(c10::IValue(x)), Error);
}

TEST(SavedTensor, AProductRefusesWhatDoesNotFit) {
  const SavedTensor slot(drawn({3, 35, features}), "int8");
  EXPECT_THROW((void)slot.product(drawn({rows, outputs})), ShapeMismatch);
  EXPECT_THROW((void)slot.product(drawn({3, 34, outputs})), ShapeMismatch);
  EXPECT_THROW((void)slot.product(drawn({})), ShapeMismatch);
  EXPECT_THROW((void)slot.product(drawn({3, 35, outputs}, torch::kFloat32)), ShapeMismatch);
}

}  // namespace
}  // namespace actscope::core
