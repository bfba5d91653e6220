// SPDX-License-Identifier: Apache-2.0
#include "graph_walk.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/generated/Functions.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/tracer/torch/saved_tensor_source.hpp"
#include "saved_members.hpp"
#include "storage_use.hpp"

namespace actscope::tracer {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::vector<std::string> names_of(const FoundGraph& graph) {
  std::vector<std::string> names;
  for (const FoundTensor& found : graph.tensors) names.push_back(found.node + "." + found.member);
  return names;
}

Tensor leaf() {
  return torch::ones({2, 3}, torch::requires_grad());
}

TEST(GraphWalk, ATensorWithoutAGraphHasNone) {
  const FoundGraph graph = walk_graph({torch::ones({2}), Tensor()});
  EXPECT_EQ(graph.nodes, 0);
  EXPECT_TRUE(graph.tensors.empty());
}

TEST(GraphWalk, VisitsASharedNodeOnce) {
  const Tensor x = leaf();
  const Tensor y = x.exp();
  const FoundGraph graph = walk_graph({(y + y).sum(), y.sum()});
  EXPECT_EQ(graph.nodes, 5);  // leaf, exp, add, two sums
  EXPECT_EQ(names_of(graph),
            (std::vector<std::string>{"ExpBackward0.result",
                                      "torch::autograd::AccumulateGrad.variable"}));
}

TEST(GraphWalk, TheTensorIsTheSavedOneNotACopy) {
  const Tensor y = leaf().square();
  const Tensor z = y.mul(y);
  const FoundGraph graph = walk_graph({z});
  ASSERT_EQ(names_of(graph)[1], "MulBackward0.other");
  EXPECT_EQ(graph.tensors[1].tensor.unsafeGetTensorImpl(), y.unsafeGetTensorImpl());
}

TEST(GraphWalk, AnArgumentThatWasNotGivenIsNotReleased) {
  const FoundGraph graph = walk_graph({torch::layer_norm(leaf(), {3}).sum()});
  EXPECT_EQ(graph.skipped.released, 0);
  EXPECT_EQ(names_of(graph)[0], "NativeLayerNormBackward0.input");
}

TEST(GraphWalk, FollowsTheNodeInsideAnInPlaceOperationOnAView) {
  Tensor x = leaf().clone();
  x[0].mul_(torch::ones({3}));
  const FoundGraph graph = walk_graph({x.sum()});
  EXPECT_EQ(graph.known_nodes, graph.nodes);
  EXPECT_EQ(names_of(graph)[0], "MulBackward0.other");
}

TEST(GraphWalk, ReadsListsMemberByMember) {
  const Tensor index = torch::tensor({1, 0});
  const FoundGraph graph = walk_graph({leaf().index({index, index}).sum()});
  EXPECT_EQ(names_of(graph)[0], "IndexBackward0.indices[0]");
  EXPECT_EQ(names_of(graph)[1], "IndexBackward0.indices[1]");
}

TEST(GraphWalk, TellsTheStoragesOfASparseTensor) {
  const Tensor sparse = torch::eye(3).to_sparse();
  const FoundGraph graph = walk_graph({torch::mm(sparse, leaf().t()).sum()});
  EXPECT_EQ(names_of(graph)[0], "MmBackward0.self.indices");
  EXPECT_EQ(names_of(graph)[1], "MmBackward0.self.values");
}

// Autograd nodes written by hand in a program: the table cannot know them.
struct HandWritten : torch::autograd::Node {
  variable_list apply(variable_list&& inputs) override { return std::move(inputs); }
  std::string name() const override { return "HandWritten"; }
};

TEST(GraphWalk, ListsUnknownNodesByName) {
  const Tensor x = leaf().exp();
  auto node = std::make_shared<HandWritten>();
  node->set_next_edges(torch::autograd::collect_next_edges(x));
  Tensor y = torch::ones({2, 3});
  torch::autograd::create_gradient_edge(y, node);
  const FoundGraph graph = walk_graph({y.sum()});
  EXPECT_EQ(graph.nodes, 4);
  EXPECT_EQ(graph.known_nodes, 3);
  ASSERT_EQ(graph.unknown_nodes.size(), 1U);
  EXPECT_EQ(graph.unknown_nodes[0].node, "HandWritten");
  EXPECT_EQ(graph.unknown_nodes[0].count, 1);
  EXPECT_EQ(names_of(graph)[0], "ExpBackward0.result");  // what lies behind it is still found
}

// Hooks that keep the tensor as it is and count how often it is asked for.
struct CountingHooks : torch::autograd::SavedVariableHooks {
  explicit CountingHooks(int& unpacked) : unpacked_(unpacked) {}
  void call_pack_hook(const Tensor& tensor) override { packed_ = tensor.detach(); }
  Tensor call_unpack_hook() override {
    ++unpacked_;
    return packed_;
  }
  std::optional<std::pair<c10::SafePyObject, c10::SafePyObject>> retrieve_unpack_hook_data()
      const override {
    return std::nullopt;
  }

 private:
  int& unpacked_;
  Tensor packed_;
};

TEST(GraphWalk, RunsNoHooks) {
  int unpacked = 0;
  const Tensor y = leaf().exp();
  auto* node = dynamic_cast<torch::autograd::generated::ExpBackward0*>(y.grad_fn().get());
  ASSERT_NE(node, nullptr);
  node->result_.register_hooks(std::make_unique<CountingHooks>(unpacked));
  const FoundGraph graph = walk_graph({y});
  EXPECT_EQ(graph.skipped.hooked, 1);
  EXPECT_EQ(unpacked, 0);
}

// Capsules: one that tells the walk what it holds, one that does not.
struct OpenBox : torch::CustomClassHolder, SavedTensorSource {
  explicit OpenBox(Tensor tensor) : kept(std::move(tensor)) {}
  void visit_saved(const Visit& visit) const override {
    visit("h", "values", kept);
    visit("h", "mask", Tensor());
  }
  Tensor kept;
};
struct ClosedBox : torch::CustomClassHolder {};

template <class Tag>
struct Keeper : torch::autograd::Function<Keeper<Tag>> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    const Tensor y = x.clone();
    ctx->save_for_backward({x, Tensor(), y});
    ctx->saved_data["one"] = x.mul(2);
    ctx->saved_data["more"] = std::vector<Tensor>{x.mul(3), x.mul(4)};
    ctx->saved_data["number"] = 7;
    ctx->saved_data["open"] = c10::IValue::make_capsule(c10::make_intrusive<OpenBox>(x.mul(5)));
    ctx->saved_data["closed"] = c10::IValue::make_capsule(c10::make_intrusive<ClosedBox>());
    return y;
  }
  static variable_list backward(AutogradContext* /*ctx*/, const variable_list& dy) { return dy; }
};
struct TagA {
  double wide[20];
};
struct TagB {};

TEST(GraphWalk, ReadsCustomFunctionsOfEveryType) {
  const Tensor x = leaf().exp();
  const FoundGraph first = walk_graph({Keeper<TagA>::apply(x)});
  const std::vector<std::string> members = {"saved[0]",     "saved[2]", "data.more[0]",
                                            "data.more[1]", "data.one", "values"};
  std::vector<std::string> found;
  for (const FoundTensor& tensor : first.tensors) {
    if (tensor.node.starts_with("Keeper") || tensor.node.find("Keeper<") != std::string::npos) {
      found.push_back(tensor.member);
    }
  }
  EXPECT_EQ(found, members);
  EXPECT_EQ(std::ranges::count(first.tensors, "h", &FoundTensor::slot), 1);
  EXPECT_EQ(first.skipped.opaque, 1);
  EXPECT_EQ(first.known_nodes, first.nodes);
  const FoundGraph second = walk_graph({Keeper<TagB>::apply(x)});
  EXPECT_EQ(second.tensors.size(), first.tensors.size());
}

TEST(GraphWalk, CountsAReleasedCustomFunction) {
  const Tensor y = Keeper<TagB>::apply(leaf());
  y.sum().backward();
  const FoundGraph graph = walk_graph({y});
  EXPECT_EQ(graph.skipped.released, 1);
  for (const FoundTensor& found : graph.tensors) EXPECT_FALSE(found.member.starts_with("saved["));
}

TEST(SavedMembers, KnowTheNodesOfLibTorch) {
  namespace generated = torch::autograd::generated;
  EXPECT_GT(generated_saved_members().size(), 600U);
  ASSERT_NE(find_saved_members(typeid(generated::AddmmBackward0)), nullptr);
  EXPECT_NE(find_saved_members(typeid(generated::AddmmBackward0))->read, nullptr);
  ASSERT_NE(find_saved_members(typeid(generated::AddBackward0)), nullptr);
  EXPECT_EQ(find_saved_members(typeid(generated::AddBackward0))->read, nullptr);
  EXPECT_EQ(find_saved_members(typeid(HandWritten)), nullptr);
}

TEST(StorageUse, CountsEveryByteOnce) {
  const Tensor base = torch::zeros({10, 8});  // 320 bytes
  EXPECT_EQ(used_bytes({}), 0);
  EXPECT_EQ(used_bytes({base}), 320);
  EXPECT_EQ(used_bytes({base, base.t(), base.view({-1})}), 320);
  EXPECT_EQ(used_bytes({base.narrow(0, 2, 3)}), 96);
  EXPECT_EQ(used_bytes({base.narrow(0, 2, 3), base.narrow(0, 4, 3)}), 160);
  EXPECT_EQ(used_bytes({base.narrow(1, 0, 2)}), 80);
  EXPECT_EQ(used_bytes({base.narrow(1, 0, 2), base.narrow(1, 6, 2)}), 160);
  EXPECT_EQ(used_bytes({base.slice(1, 0, 8, 2)}), 160);
  EXPECT_EQ(used_bytes({base.slice(1, 0, 8, 2), base.slice(1, 1, 8, 2)}), 320);
  EXPECT_EQ(used_bytes({base.narrow(0, 0, 0)}), 0);
}

TEST(StorageUse, RepeatedElementsAreTheSameBytes) {
  EXPECT_EQ(used_bytes({torch::zeros({3, 1}).expand({3, 100})}), 12);
  EXPECT_EQ(used_bytes({torch::zeros({}).expand({50, 4})}), 4);
  EXPECT_EQ(used_bytes({torch::arange(6.0).unfold(0, 4, 1)}), 24);  // windows that overlap
}

TEST(StorageUse, OfVeryManyPiecesCountsTheSpan) {
  const Tensor base = torch::zeros({70000, 2});
  EXPECT_EQ(used_bytes({base.select(1, 0)}), (2 * 70000 - 1) * 4);
}

}  // namespace
}  // namespace actscope::tracer
