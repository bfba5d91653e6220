// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/graph_ledger.hpp"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <array>

#include "actscope/base/error.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "foreign_models.hpp"

namespace actscope::tracer {
namespace {

using testing_models::ForeignModel;

struct Counted {
  LedgerRecord record;
  LedgerRecord after_backward;
};

// One training step: forward, count, backward, count again.
Counted count_step(const ForeignModel& model, torch::Tensor* planted = nullptr) {
  GraphLedger ledger;
  ledger.exclude(model.excluded);
  ledger.begin();
  std::vector<torch::Tensor> outputs;
  torch::Tensor loss = model.loss(outputs);
  if (planted != nullptr) *planted = torch::empty({250});
  Counted counted{ledger.count(loss, outputs), {}};
  loss.backward();
  counted.after_backward = ledger_of_graph(loss, outputs, model.excluded);
  model.zero_grad();
  return counted;
}

std::string text_of(const LedgerRecord& record) {
  std::string text;
  for (const LedgerStorage& storage : record.storages) {
    for (const LedgerHolder& holder : storage.holders) {
      text += holder.node + "." + holder.member + " " + std::to_string(holder.tensor_bytes) + ", ";
    }
    text += std::to_string(storage.storage_bytes) + " " + std::to_string(storage.allocator_bytes) +
            " " + std::to_string(storage.unused_bytes) + " " +
            std::to_string(storage.other_references) + "\n";
  }
  return text;
}

class GraphLedgers : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() { install_counting_cpu_allocator(); }
  ForeignModel model_ = testing_models::foreign_model(GetParam());
};

// The proof: what the graph holds and the outputs are all that the allocator has given out.
TEST_P(GraphLedgers, LeaveNoResidual) {
  count_step(model_);  // the first step fills the caches of libraries
  const LedgerRecord record = count_step(model_).record;
  EXPECT_EQ(record.residual_bytes.value, 0);
  EXPECT_TRUE(record.residuals.empty());
  EXPECT_EQ(record.freed_bytes.value, 0);
  EXPECT_GT(totals_of(record).kept_bytes, 0);
  EXPECT_EQ(*record.live_bytes.value, totals_of(record).kept_bytes + *record.output_bytes.value);
  EXPECT_EQ(totals_of(record).storage_bytes, totals_of(record).allocator_bytes);
}

TEST_P(GraphLedgers, KnowEveryNode) {
  const LedgerRecord record = count_step(model_).record;
  EXPECT_GT(record.nodes, 3);
  EXPECT_EQ(record.known_nodes, record.nodes);
  EXPECT_TRUE(record.unknown_nodes.empty());
  EXPECT_GT(record.skipped.excluded, 0);
  EXPECT_EQ(record.skipped.released, 0);
  EXPECT_EQ(record.skipped.opaque, 0);
}

TEST_P(GraphLedgers, AreEmptyAfterBackward) {
  const LedgerRecord after = count_step(model_).after_backward;
  EXPECT_EQ(text_of(after), "");
  EXPECT_GT(after.skipped.released, 0);
  EXPECT_EQ(after.known_nodes, after.nodes);
}

TEST_P(GraphLedgers, AreTheSameInEveryStep) {
  count_step(model_);
  const std::string second = text_of(count_step(model_).record);
  EXPECT_EQ(text_of(count_step(model_).record), second);
}

TEST_P(GraphLedgers, ShowAHiddenTensorAsResidual) {
  torch::Tensor planted;
  const LedgerRecord record = count_step(model_, &planted).record;
  EXPECT_EQ(record.residual_bytes.value, 1000);
  ASSERT_EQ(record.residuals.size(), 1U);
  EXPECT_EQ(record.residuals[0].bytes, 1000);
  EXPECT_EQ(record.residuals[0].allocations, 1);
}

// Nothing in the graph is held by a variable of the model that has gone out of scope.
TEST_P(GraphLedgers, FindNoOtherHolders) {
  for (const LedgerStorage& storage : count_step(model_).record.storages) {
    if (storage.is_output) continue;
    EXPECT_EQ(storage.other_references, 0) << storage.holders[0].node;
  }
}

INSTANTIATE_TEST_SUITE_P(Foreign, GraphLedgers, testing::ValuesIn(testing_models::model_names),
                         [](const auto& model) { return std::string(model.param); });

// On device meta nothing is allocated, and the graph is the same: what a model will keep, from its
// shapes. Convolution and the norms of LibTorch 2.11 have no meta kernel in C++.
TEST(ModelLedgerOnMeta, SaysWhatTheCpuWillKeep) {
  install_counting_cpu_allocator();
  for (const std::string_view name : {"mlp", "recurrent_cell", "views"}) {
    const ForeignModel model = testing_models::foreign_model(name, torch::kMeta);
    std::vector<torch::Tensor> outputs;
    const torch::Tensor loss = model.loss(outputs);
    const LedgerRecord predicted = ledger_of_graph(loss, outputs, model.excluded);
    const LedgerRecord measured = count_step(testing_models::foreign_model(name)).record;
    EXPECT_EQ(totals_of(predicted).storage_bytes, totals_of(measured).kept_bytes) << name;
    EXPECT_EQ(totals_of(predicted).allocator_bytes, 0);
    EXPECT_FALSE(predicted.residual_bytes.value);
  }
}

class GraphLedgerCase : public testing::Test {
 protected:
  static void SetUpTestSuite() { install_counting_cpu_allocator(); }
  GraphLedger ledger_;
  torch::Tensor weight_ = torch::ones({4, 4}, torch::requires_grad());
};

// A node that the walk cannot read, as one written in Python: what the program tells counts, and
// the memory is no longer a residual.
struct UnreadableNode : torch::autograd::Node {
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    return std::move(gradients);
  }
  std::string name() const override { return "UnreadableNode"; }
  torch::Tensor kept;
};

TEST_F(GraphLedgerCase, TakesWhatTheProgramReadItself) {
  const torch::Tensor x = torch::ones({8, 8}, torch::requires_grad());
  ledger_.exclude({x});
  ledger_.begin();
  const auto node =
      std::shared_ptr<UnreadableNode>(new UnreadableNode, torch::autograd::deleteNode);
  node->kept = torch::empty({16, 8});
  node->add_next_edge(torch::autograd::impl::gradient_edge(x));
  torch::Tensor y = torch::empty({2});
  torch::autograd::impl::set_gradient_edge(y, {node, 0});

  const LedgerRecord untold = ledger_.count(y);
  EXPECT_EQ(untold.residual_bytes.value, 512);
  ASSERT_EQ(ledger_.unexplained().size(), 1U);
  EXPECT_EQ(ledger_.unexplained()[0].bytes, 512);
  ASSERT_EQ(untold.unknown_nodes.size(), 1U);

  ledger_.begin();
  node->kept = torch::empty({16, 8});
  y = torch::empty({2});
  torch::autograd::impl::set_gradient_edge(y, {node, 0});
  const LedgerRecord told = ledger_.count(
      y, {}, {{node->kept}, {{"UnreadableNode", "kept", node->sequence_nr()}}, {"UnreadableNode"}});
  EXPECT_EQ(told.residual_bytes.value, 0);
  EXPECT_TRUE(told.unknown_nodes.empty());
  EXPECT_EQ(told.known_nodes, told.nodes);
  ASSERT_EQ(told.storages.size(), 1U);
  EXPECT_EQ(told.storages[0].holders[0].member, "kept");
  EXPECT_TRUE(ledger_.unexplained().empty());
}

TEST_F(GraphLedgerCase, AsksForBegin) {
  EXPECT_THROW(ledger_.count(weight_.sum()), TraceError);
  ledger_.begin();
  ledger_.count(weight_.sum());
  EXPECT_THROW(ledger_.count(weight_.sum()), TraceError);
}

TEST_F(GraphLedgerCase, WithoutAGraphThereIsNothing) {
  ledger_.begin();
  const torch::Tensor loss = torch::ones({4}).sum();
  const LedgerRecord record = ledger_.count(loss);
  EXPECT_EQ(record.nodes, 0);
  EXPECT_TRUE(record.storages.empty());
  EXPECT_EQ(record.output_bytes.value, 4);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, NamesHoldersInTheOrderOfForward) {
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor loss = weight_.mm(weight_).relu().mm(weight_).sum();
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  const auto& holders = record.storages[0].holders;
  ASSERT_EQ(holders.size(), 2U);
  EXPECT_EQ(holders[0].node + "." + holders[0].member, "ReluBackward0.result");
  EXPECT_EQ(holders[1].node + "." + holders[1].member, "MmBackward0.self");
  EXPECT_EQ(holders[1].sizes, (std::vector<std::int64_t>{4, 4}));
  EXPECT_EQ(holders[1].dtype, "float");
  EXPECT_EQ(record.storages[0].storage_bytes, 64);
  EXPECT_EQ(totals_of(record).tensor_bytes, 128);
  EXPECT_EQ(record.skipped.excluded, 4);  // the weight: both sides of mm, the other mm, its leaf
}

TEST_F(GraphLedgerCase, AViewPinsItsWholeBase) {
  ledger_.begin();
  const torch::Tensor loss = weight_.mul(2).repeat({25, 1}).narrow(0, 10, 1).square().sum();
  const LedgerRecord record = ledger_.count(loss);
  const auto view = std::ranges::find(record.storages, 1600, &LedgerStorage::storage_bytes);
  ASSERT_NE(view, record.storages.end());
  EXPECT_EQ(view->holders[0].tensor_bytes, 16);
  EXPECT_EQ(view->unused_bytes, 1584);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, AConstantMadeBeforeIsOlder) {
  const torch::Tensor mask = torch::ones({4, 4});
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor loss = (weight_ * mask).sum();
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  EXPECT_TRUE(record.storages[0].is_older);
  EXPECT_EQ(record.storages[0].allocator_bytes, 64);
  EXPECT_EQ(record.storages[0].other_references, 1);  // the variable `mask`
  EXPECT_EQ(totals_of(record).kept_bytes, 0);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, MemoryOfOthersIsNotTheAllocators) {
  std::array<float, 16> values{};
  const torch::Tensor mask = torch::from_blob(values.data(), {4, 4});
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor loss = (weight_ * mask).sum();
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  EXPECT_FALSE(record.storages[0].is_older);
  EXPECT_EQ(record.storages[0].storage_bytes, 64);
  EXPECT_EQ(record.storages[0].allocator_bytes, 0);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

// Older memory that goes away meanwhile would make the difference of two counters too small.
TEST_F(GraphLedgerCase, OlderMemoryMayBeFreedMeanwhile) {
  torch::Tensor older = torch::empty({1000});
  ledger_.exclude({weight_});
  ledger_.begin();
  older.reset();
  const torch::Tensor loss = weight_.exp().sum();
  const LedgerRecord record = ledger_.count(loss);
  EXPECT_EQ(record.freed_bytes.value, 4000);
  EXPECT_EQ(record.live_bytes.value, 64 + 4 - 4000);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, ABatchMadeMeanwhileIsExcluded) {
  ledger_.begin();
  const torch::Tensor batch = torch::ones({8, 4});
  ledger_.exclude({weight_, batch});
  const torch::Tensor loss = batch.mm(weight_).sum();
  const LedgerRecord record = ledger_.count(loss);
  EXPECT_TRUE(record.storages.empty());
  EXPECT_EQ(record.excluded_bytes.value, 128);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

// The storage object of a batch that is gone may have its address taken by another.
TEST_F(GraphLedgerCase, ExcludedBatchesMayGo) {
  for (int i = 0; i < 50; ++i) {
    ledger_.exclude({weight_, torch::ones({8, 4})});
    ledger_.begin();
    const torch::Tensor loss = weight_.exp().sum();
    const LedgerRecord record = ledger_.count(loss);
    EXPECT_EQ(totals_of(record).kept_bytes, 64);
  }
}

TEST_F(GraphLedgerCase, AVariableOfTheProgramIsAnotherReference) {
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor hidden = weight_.mm(weight_);
  const torch::Tensor part = hidden[0];
  const torch::Tensor loss = hidden.square().sum();
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  // The two variables, and the base that `part` remembers.
  EXPECT_EQ(record.storages[0].other_references, 3);
}

TEST_F(GraphLedgerCase, AnOutputThatIsSavedCountsOnce) {
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor hidden = weight_.exp();
  const LedgerRecord record = ledger_.count(hidden.sum(), {hidden});
  ASSERT_EQ(record.storages.size(), 1U);
  EXPECT_TRUE(record.storages[0].is_output);
  EXPECT_EQ(record.output_bytes.value, 4);  // the loss
  EXPECT_EQ(record.residual_bytes.value, 0);
}

// An auxiliary head: its graph is not behind the loss.
TEST_F(GraphLedgerCase, GraphsOfOutputsAreReadToo) {
  ledger_.exclude({weight_});
  ledger_.begin();
  const torch::Tensor other = weight_.exp().sum();
  const torch::Tensor loss = weight_.sum();
  const LedgerRecord record = ledger_.count(loss, {other});
  EXPECT_EQ(record.storages.size(), 1U);
  EXPECT_EQ(record.output_bytes.value, 8);
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, AnInPlaceChangeIsToldNotThrown) {
  ledger_.exclude({weight_});
  ledger_.begin();
  torch::Tensor hidden = weight_.exp();
  const torch::Tensor loss = hidden.sum();
  {
    const at::NoGradGuard no_grad;
    hidden.mul_(2);
  }
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  EXPECT_EQ(record.storages[0].holders[0].state, SavedState::modified);
  EXPECT_EQ(record.residual_bytes.value, 0);
  EXPECT_THROW(loss.backward(), c10::Error);
}

struct TwiceExp : torch::autograd::Function<TwiceExp> {
  static torch::Tensor forward(torch::autograd::AutogradContext* ctx, const torch::Tensor& x) {
    const torch::Tensor y = x.exp();
    ctx->save_for_backward({y});
    return y.mul(2);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& dy) {
    return {ctx->get_saved_variables()[0] * 2 * dy[0]};
  }
};

TEST_F(GraphLedgerCase, HoldersStandWhereTheirNodesWereMade) {
  ledger_.exclude({weight_});
  ledger_.begin();
  torch::Tensor x = weight_;
  {
    const LayerScope layer(Name("first"), Phase::forward);
    x = TwiceExp::apply(x);  // the first node of the step is a custom function's
  }
  x = x.sigmoid();
  {
    const LayerScope layer(Name("second"), Phase::forward);
    const SlotScope slot(Name("h"));
    x = x.tanh();
  }
  {
    const LayerScope layer(Name("third"), Phase::forward);
    x = TwiceExp::apply(x);
  }
  x = x.sum();
  const LedgerRecord record = ledger_.count(x);
  std::vector<std::string> places;
  for (const LedgerStorage& storage : record.storages) {
    const LedgerHolder& holder = storage.holders[0];
    places.push_back(holder.layer + "/" + holder.slot + " " + holder.node + "." + holder.member);
  }
  EXPECT_EQ(places, (std::vector<std::string>{
                        "first/ TwiceExp.saved[0]", "/ SigmoidBackward0.result",
                        "second/h TanhBackward0.result", "third/ TwiceExp.saved[0]"}));
  EXPECT_EQ(record.residual_bytes.value, 0);
}

TEST_F(GraphLedgerCase, ResidualsStandWhereTheyWereTaken) {
  ledger_.exclude({weight_});
  ledger_.begin();
  std::vector<torch::Tensor> planted;
  {
    const LayerScope layer(Name("leaky"), Phase::forward);
    planted.push_back(torch::ones({10}));
    planted.push_back(torch::ones({20}));
  }
  planted.push_back(torch::ones({25}));
  const LedgerRecord record = ledger_.count(weight_.sum());
  EXPECT_EQ(record.residual_bytes.value, 220);
  ASSERT_EQ(record.residuals.size(), 2U);
  EXPECT_EQ(record.residuals[0].layer, "leaky");
  EXPECT_EQ(record.residuals[0].phase, "forward");
  EXPECT_EQ(record.residuals[0].allocations, 2);
  EXPECT_EQ(record.residuals[0].bytes, 120);
  EXPECT_EQ(record.residuals[1].layer, "");
  EXPECT_EQ(record.residuals[1].bytes, 100);
}

// A recorder that rests between its steps is not disturbed.
TEST_F(GraphLedgerCase, WorksBesideARecorder) {
  TraceRecorder recorder({});
  ledger_.exclude({weight_});
  ledger_.begin();
  const LayerScope layer(Name("unseen"), Phase::forward);
  const torch::Tensor loss = weight_.exp().sum();
  const LedgerRecord record = ledger_.count(loss);
  ASSERT_EQ(record.storages.size(), 1U);
  EXPECT_EQ(record.storages[0].holders[0].layer, "");
  EXPECT_EQ(record.residual_bytes.value, 0);
  EXPECT_EQ(recorder.losses().traced_steps, 0);
}

}  // namespace
}  // namespace actscope::tracer
