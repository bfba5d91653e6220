// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/model_recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include <map>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::tracer {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

torch::nn::Sequential small_model() {
  install_counting_cpu_allocator();
  torch::manual_seed(0);
  return torch::nn::Sequential(torch::nn::Linear(64, 96), torch::nn::ReLU(),
                               torch::nn::Linear(96, 10));
}

struct Training {
  torch::nn::Sequential model = small_model();
  torch::optim::Adam optimizer{model->parameters(), torch::optim::AdamOptions(1e-3)};
  torch::Tensor images = torch::randn({32, 64});
  torch::Tensor labels = torch::randint(10, {32}, torch::kInt64);

  void step(ModelRecording& recording) {
    optimizer.zero_grad();
    recording.begin_step({images, labels});
    const torch::Tensor logits = model->forward(images);
    const torch::Tensor loss = torch::cross_entropy_loss(logits, labels);
    recording.end_forward(loss, {logits});
    loss.backward();
    recording.end_backward();
    optimizer.step();
    recording.end_step();
  }
};

RunRecord recorded(int steps, RecordingOptions options = {}) {
  Training run;
  ModelRecording recording(*run.model, {.name = "net", .batch = 32, .dtype = "fp32"},
                           &run.optimizer, options);
  for (int i = 0; i < steps; ++i) run.step(recording);
  return recording.finish();
}

std::map<MemoryCategory, std::int64_t> categories_of(const RunRecord& record) {
  std::map<MemoryCategory, std::int64_t> bytes;
  for (const CategoryAtPeak& row : record.memory->categories) bytes[row.category] = row.bytes;
  return bytes;
}

constexpr std::int64_t parameters = 64 * 96 + 96 + 96 * 10 + 10;

TEST(ModelRecording, GivesAWholeRecord) {
  const RunRecord record = recorded(4);
  EXPECT_EQ(record.status, RunStatus::completed);
  EXPECT_EQ(record.model_kind, ModelKind::libtorch);
  EXPECT_EQ(record.parameters, parameters);
  EXPECT_EQ(record.summary.steps, 4);
  EXPECT_TRUE(record.summary.step_time_s.value && record.summary.train_loss.value);
  ASSERT_TRUE(record.ledger && record.trace && record.memory);
  EXPECT_EQ(record.ledger->step, 1);
  EXPECT_EQ(record.summary.residual_bytes.value, 0);
  // The hidden layer once, log p; the images and the parameters are not kept by the step.
  EXPECT_EQ(record.summary.saved_bytes.value, 32 * 96 * 4 + 32 * 10 * 4 + 4);
  EXPECT_THAT(record.layer_names, ElementsAre("1"));  // the ReLU owns what the next layer reads
  EXPECT_EQ(record.trace->traced_steps, 3);           // the first warms up
  EXPECT_FALSE(record.operators.empty());
  EXPECT_GT(record.environment.threads, 0);
  EXPECT_TRUE(record.warnings.empty()) << record.warnings.front();
}

TEST(ModelRecording, ExplainsThePeakByCategory) {
  const RunRecord record = recorded(3);
  const auto bytes = categories_of(record);
  EXPECT_EQ(bytes.at(MemoryCategory::parameter), parameters * 4);
  EXPECT_EQ(bytes.at(MemoryCategory::optimizer_state), 2 * parameters * 4);
  EXPECT_EQ(*record.summary.peak_bytes.value, record.memory->peak.bytes);
  EXPECT_TRUE(record.ledger->storages.front().is_at_peak.has_value());
  std::int64_t sum = 0;
  for (const auto& [category, of_category] : bytes) sum += of_category;
  EXPECT_EQ(sum, record.memory->peak.bytes);
}

TEST(ModelRecording, GradientsAreKnownWhereBackwardEnds) {
  const auto phases = [] {
    std::map<std::string, int> calls;
    for (const OperatorTiming& timing : recorded(3).operators) ++calls[timing.phase];
    return calls;
  }();
  EXPECT_TRUE(phases.contains("forward"));
  EXPECT_TRUE(phases.contains("backward"));
  EXPECT_TRUE(phases.contains("optimizer"));
  EXPECT_FALSE(phases.contains("other"));
}

TEST(ModelRecording, ArithmeticOfAnOptimizerIsInNoLayerOfAnActivation) {
  for (const OperatorTiming& timing : recorded(3).operators) {
    if (timing.phase == "optimizer") {
      EXPECT_NE(timing.layer, "1") << timing.name;
    }
  }
}

TEST(ModelRecording, OfTheLedgerAloneHasNoTrace) {
  const RunRecord record = recorded(2, {.level = RecordingLevel::ledger});
  EXPECT_TRUE(record.ledger);
  EXPECT_FALSE(record.trace || record.memory);
  EXPECT_TRUE(record.operators.empty());
  EXPECT_EQ(record.summary.residual_bytes.value, 0);
}

TEST(ModelRecording, TracesAsManyStepsAsAsked) {
  EXPECT_EQ(recorded(6, {.traced_steps = 2}).trace->traced_steps, 2);
}

TEST(ModelRecording, OfOneStepSaysThatItIsTheFirst) {
  const RunRecord record = recorded(1);
  EXPECT_EQ(record.ledger->step, 0);
  EXPECT_THAT(record.warnings, Contains(HasSubstr("record two steps")));
}

TEST(ModelRecording, OfNoStepHasReasons) {
  const RunRecord record = recorded(0);
  EXPECT_EQ(record.summary.saved_bytes.reason, "no ledger was read");
  EXPECT_EQ(record.summary.peak_bytes.reason, "no step ended");
  EXPECT_EQ(record.parameters, parameters);
}

TEST(ModelRecording, AStepThatDoesNotEndFailsTheRun) {
  Training run;
  ModelRecording recording(*run.model, {.name = "net"}, &run.optimizer);
  run.step(recording);
  recording.begin_step({run.images});
  (void)run.model->forward(run.images);
  const RunRecord record = recording.finish();
  EXPECT_EQ(record.status, RunStatus::failed);
  EXPECT_THAT(record.status_reason, HasSubstr("step 1 did not end: end_forward"));
  EXPECT_EQ(record.summary.steps, 1);
}

TEST(ModelRecording, CallsOutOfOrderAreRefused) {
  Training run;
  ModelRecording recording(*run.model, {}, &run.optimizer);
  EXPECT_THROW(recording.end_forward(torch::zeros({})), TraceError);
  EXPECT_THROW(recording.end_backward(), TraceError);
  EXPECT_THROW(recording.end_step(), TraceError);
  recording.begin_step({});
  EXPECT_THROW(recording.begin_step({}), TraceError);
  (void)recording.finish();
  EXPECT_THROW(recording.begin_step({}), TraceError);
  EXPECT_THROW((void)recording.finish(), TraceError);
}

TEST(ModelRecording, OneAtATimeAndOnAKnownDevice) {
  Training run;
  const ModelRecording recording(*run.model, {});
  EXPECT_THROW(ModelRecording(*run.model, {}), TraceError);
  EXPECT_THROW(ModelRecording(*run.model, {.device = "tpu"}), ConfigError);
}

TEST(ModelRecording, TakesModelsThatAreNoModule) {
  install_counting_cpu_allocator();
  const torch::Tensor w = torch::randn({8, 4}).requires_grad_();
  const torch::Tensor x = torch::randn({16, 8});
  ModelRecording recording([&] { return ModelTensors{{{"only.w", w}}, {}, {}}; }, {.name = "w"});
  for (int i = 0; i < 2; ++i) {
    recording.begin_step({x});
    const torch::Tensor loss = torch::mm(x, w).relu().sum();
    recording.end_forward(loss);
    loss.backward();
    recording.end_backward();
    recording.end_step();
  }
  const RunRecord record = recording.finish();
  EXPECT_EQ(record.summary.saved_bytes.value, 16 * 4 * 4);
  EXPECT_EQ(record.parameters, 32);
}

TEST(ModelTensors, KnowTheStateOfOptimizers) {
  torch::nn::Sequential model = small_model();
  torch::optim::SGD plain(model->parameters(), torch::optim::SGDOptions(0.1));
  torch::optim::SGD sgd(model->parameters(), torch::optim::SGDOptions(0.1).momentum(0.9));
  torch::optim::Adam adam(model->parameters());
  EXPECT_TRUE(tensors_of(*model, &adam).optimizer_state.empty());  // before its first step
  model->forward(torch::randn({2, 64})).sum().backward();
  for (torch::optim::Optimizer* optimizer :
       std::initializer_list<torch::optim::Optimizer*>{&plain, &sgd, &adam}) {
    optimizer->step();
  }
  EXPECT_EQ(tensors_of(*model, &plain).optimizer_state.size(), 0U);
  EXPECT_EQ(tensors_of(*model, &sgd).optimizer_state.size(), 4U);
  EXPECT_EQ(tensors_of(*model, &adam).optimizer_state.size(), 8U);
  EXPECT_EQ(tensors_of(*model).parameters.front().first, "0.weight");
}

}  // namespace
}  // namespace actscope::tracer
