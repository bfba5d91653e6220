// SPDX-License-Identifier: Apache-2.0
#include "layer_names.hpp"

#include <gtest/gtest.h>
#include <torch/nn.h>

#include <map>
#include <set>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "actscope/tracer/torch/name_layers.hpp"

namespace actscope::tracer {
namespace {

// A block whose activation and normalization are called, not registered, as models in C++ do.
struct Block : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& x) {
    return x + fc2(torch::gelu(fc1(torch::layer_norm(x, {8}, gain))));
  }
  torch::Tensor gain = register_parameter("gain", torch::ones({8}));
  torch::nn::Linear fc1 = register_module("fc1", torch::nn::Linear(8, 16));
  torch::nn::Linear fc2 = register_module("fc2", torch::nn::Linear(16, 8));
};

struct Model : torch::nn::Module {
  Model() {
    for (int i = 0; i < 2; ++i) blocks->push_back(std::make_shared<Block>());
    register_module("blocks", blocks);
  }
  torch::Tensor forward(torch::Tensor x) {
    for (const auto& block : *blocks) x = block->as<Block>()->forward(x);
    return head(x);
  }
  torch::nn::ModuleList blocks;
  torch::nn::Linear head = register_module("head", torch::nn::Linear(8, 3));
};

// The layers of the holders, by "node.member".
using Holders = std::map<std::string, std::multiset<std::string>>;

Holders holders_of(const torch::nn::Module& model, const std::function<torch::Tensor()>& loss) {
  install_counting_cpu_allocator();
  GraphLedger ledger;
  ledger.exclude(model.parameters());
  ledger.begin();
  const torch::Tensor value = loss();
  Holders holders;
  for (const LedgerStorage& storage : ledger.count(value).storages) {
    for (const LedgerHolder& holder : storage.holders) {
      holders[name_of(holder)].insert(holder.layer);
    }
  }
  return holders;
}

using Layers = std::multiset<std::string>;

TEST(NameLayers, OperatorsBelongToTheModuleWhoseParametersTheyTake) {
  Model model;
  const auto names = name_layers(model);
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(model, [&] { return model.forward(x).square().sum(); });
  EXPECT_EQ(holders.at("NativeLayerNorm.input"), (Layers{"blocks.0", "blocks.1"}));
  EXPECT_EQ(holders.at("Addmm.mat1"),
            (Layers{"blocks.0.fc1", "blocks.0.fc2", "blocks.1.fc1", "blocks.1.fc2", "head"}));
  // Takes no parameter: the forward of the block around fc1 calls it.
  EXPECT_EQ(holders.at("Gelu.self"), (Layers{"blocks.0", "blocks.1"}));
  // The loss: the forward of nobody that has a name.
  EXPECT_EQ(holders.at("Pow.self"), (Layers{""}));
}

TEST(NameLayers, ModulesWithoutParametersAreKnownByTheirOperators) {
  torch::nn::Sequential model(torch::nn::Linear(8, 16), torch::nn::ReLU(), torch::nn::Identity(),
                              torch::nn::Dropout(0.5), torch::nn::Linear(16, 8), torch::nn::ReLU(),
                              torch::nn::Linear(8, 3));
  const auto names = name_layers(*model);
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(*model, [&] { return model->forward(x).square().sum(); });
  EXPECT_EQ(holders.at("Relu.result"), (Layers{"1", "5"}));
  EXPECT_EQ(holders.at("Addmm.mat1"), (Layers{"0", "4", "6"}));
  EXPECT_EQ(holders.at("Pow.self"), (Layers{""}));
  bool has_dropout = false;
  for (const auto& [holder, layers] : holders) has_dropout = has_dropout || layers.contains("3");
  EXPECT_TRUE(has_dropout);
}

struct Reused : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& x) { return relu(inner->forward(x)); }
  torch::nn::Sequential inner = register_module(
      "inner", torch::nn::Sequential(torch::nn::Linear(8, 8), torch::nn::Linear(8, 8)));
  torch::nn::ReLU relu = register_module("relu", torch::nn::ReLU());
};

TEST(NameLayers, AModuleBesideAContainerIsFoundFromWithin) {
  Reused model;
  const auto names = name_layers(model);
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(model, [&] { return model.forward(x).sum(); });
  EXPECT_EQ(holders.at("Relu.result"), (Layers{"relu"}));
}

TEST(NameLayers, WithoutGradientsOnlyParametersTell) {
  Model model;
  const auto names = name_layers(model);
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(model, [&] {
    const torch::Tensor y = model.blocks[0]->as<Block>()->fc1(x);
    {
      const torch::NoGradGuard no_grad;
      (void)torch::gelu(y);
    }
    return torch::gelu(y).sum();
  });
  EXPECT_EQ(holders.at("Gelu.self"), (Layers{"blocks.0"}));
}

TEST(NameLayers, OperatorsAndModulesAreOfOneKind) {
  for (const char* name : {"aten::max_pool2d", "aten::max_pool2d_", "torch::nn::MaxPool2dImpl"}) {
    EXPECT_EQ(kind_of(name), "maxpool2d");
  }
  EXPECT_EQ(kind_of(""), "");
}

TEST(NameLayers, ViewsOfAParameterCountAsTheParameter) {
  Model model;
  const auto names = name_layers(model);
  const torch::Tensor x = torch::randn({4, 8}).requires_grad_();
  const Holders holders =
      holders_of(model, [&] { return torch::mm(x, model.head->weight.t()).sum(); });
  EXPECT_EQ(holders.at("Mm.self"), (Layers{"head"}));
}

TEST(NameLayers, RecurrentWeightsComeInLists) {
  torch::nn::Sequential model(torch::nn::LSTM(4, 6));
  const auto names = name_layers(*model);
  const torch::Tensor x = torch::randn({3, 2, 4});
  const Holders holders = holders_of(*model, [&] {
    return std::get<0>(
               model->forward<std::tuple<torch::Tensor, std::tuple<torch::Tensor, torch::Tensor>>>(
                   x))
        .sum();
  });
  std::set<std::string> layers;
  for (const auto& [holder, of_holder] : holders) layers.insert(of_holder.begin(), of_holder.end());
  EXPECT_TRUE(layers.contains("0")) << layers.size();
}

TEST(NameLayers, AnOpenScopeIsStronger) {
  Model model;
  const auto names = name_layers(model);
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(model, [&] {
    const LayerScope layer(Name("mine"), Phase::forward);
    return model.forward(x).sum();
  });
  for (const auto& [holder, layers] : holders) {
    EXPECT_EQ(layers.count("mine"), layers.size()) << holder;
  }
}

TEST(NameLayers, EndWithTheObject) {
  Model model;
  { const auto names = name_layers(model); }
  EXPECT_FALSE(are_layers_named());
  const torch::Tensor x = torch::randn({4, 8});
  const Holders holders = holders_of(model, [&] { return model.forward(x).sum(); });
  EXPECT_EQ(holders.at("Gelu.self"), (Layers{"", ""}));
}

TEST(NameLayers, AreThereOnce) {
  Model model;
  const auto names = name_layers(model);
  EXPECT_THROW((void)name_layers(model), TraceError);
  EXPECT_TRUE(are_layers_named());
}

TEST(NameLayers, TakeAnyTensors) {
  const std::vector<std::pair<std::string, at::Tensor>> parameters = {
      {"undefined", {}}, {"loose", torch::ones({2})}, {"a.w", torch::ones({2, 2})}};
  EXPECT_NO_THROW((void)name_layers(parameters));
}

}  // namespace
}  // namespace actscope::tracer
