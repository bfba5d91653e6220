// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/operator_observer.hpp"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <string>
#include <vector>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

struct Operator {
  std::string name, layer;
  Phase phase;
};

class OperatorSink : public TraceSink {
 public:
  void write(const TraceBatch& batch) override {
    names_.insert(names_.end(), batch.new_names.begin(), batch.new_names.end());
    for (const ScopeEvent& scope : batch.scopes) {
      if (scope.kind != ScopeKind::op) continue;
      operators.push_back({names_.at(scope.name), names_.at(scope.layer), scope.phase});
    }
  }
  void finish(const TraceRecord& /*losses*/) override {}

  std::vector<Operator> operators;

 private:
  std::vector<std::string> names_;
};

// Forward in a layer, backward outside of it.
void train_a_step() {
  const torch::Tensor x = torch::randn({4, 3}), w = torch::randn({2, 3}).requires_grad_();
  torch::Tensor loss;
  {
    const LayerScope layer(Name("blocks.0"), Phase::forward);
    loss = torch::linear(x, w).square().sum();
  }
  const PhaseScope backward(Phase::backward);
  loss.backward();
}

std::vector<Operator> traced_step() {
  OperatorSink sink;
  TraceRecorder recorder({.sink = &sink});
  {
    const OperatorObserver observer;
    recorder.begin_step(0);
    train_a_step();
    recorder.end_step();
  }
  recorder.finish();
  return sink.operators;
}

std::ptrdiff_t count(const std::vector<Operator>& operators, const std::string& name, Phase phase) {
  return std::ranges::count_if(operators, [&](const Operator& seen) {
    return seen.name == name && seen.phase == phase && seen.layer == "blocks.0";
  });
}

TEST(OperatorObserver, AnOperatorStandsForThoseItCalls) {
  const std::vector<Operator> operators = traced_step();
  EXPECT_EQ(count(operators, "aten::linear", Phase::forward), 1);
  EXPECT_EQ(count(operators, "aten::addmm", Phase::forward), 0);
  EXPECT_EQ(count(operators, "aten::matmul", Phase::forward), 0);
  EXPECT_EQ(count(operators, "aten::t", Phase::forward), 0);
}

TEST(OperatorObserver, NodesThatInnerOperatorsMakeBelongToTheLayer) {
  const std::vector<Operator> operators = traced_step();
  // The product that the node of aten::mm computes; aten::linear had called aten::mm.
  EXPECT_GE(count(operators, "aten::mm", Phase::backward), 1);
  for (const Operator& seen : operators) {
    if (seen.phase == Phase::backward && seen.name != "aten::ones_like" &&
        seen.name != "aten::detach") {
      EXPECT_EQ(seen.layer, "blocks.0") << seen.name;
    }
  }
}

TEST(OperatorObserver, WhoObservesBesideItSeesTheSame) {
  static std::vector<std::string> seen;
  const auto seen_while = [](const auto& body) {
    seen.clear();
    const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(
        [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
          seen.emplace_back(function.name());
          return nullptr;
        }));
    body();
    at::removeCallback(handle);
    return seen;
  };
  const std::vector<std::string> alone = seen_while([] { train_a_step(); });
  const std::vector<std::string> beside = seen_while([] { (void)traced_step(); });
  EXPECT_EQ(beside, alone);
  EXPECT_NE(std::ranges::find(alone, "aten::mm"), alone.end());
}

// An operator that is left by an exception must not hide the operators after it.
TEST(OperatorObserver, AnOperatorThatThrowsIsOver) {
  OperatorSink sink;
  TraceRecorder recorder({.sink = &sink});
  {
    const OperatorObserver observer;
    recorder.begin_step(0);
    EXPECT_THROW((void)torch::mm(torch::ones({2, 3}), torch::ones({2, 3})), c10::Error);
    (void)torch::mm(torch::ones({2, 3}), torch::ones({3, 2}));
    recorder.end_step();
  }
  recorder.finish();
  EXPECT_EQ(std::ranges::count(sink.operators, "aten::mm", &Operator::name), 2);
}

}  // namespace
}  // namespace actscope::tracer
