// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/run_record.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LedgerRecord small_ledger() {
  LedgerRecord ledger;
  ledger.nodes = ledger.known_nodes = 4;
  for (const char* layer : {"a", "b", ""}) {
    LedgerStorage& storage = ledger.storages.emplace_back();
    storage.holders = {{"ReluBackward0", "result", layer, "", "float", {4}, 16, {}}};
    storage.storage_bytes = storage.allocator_bytes = 16;
  }
  ledger.live_bytes = Measured<std::int64_t>::of(48);
  ledger.residual_bytes = Measured<std::int64_t>::of(0);
  return ledger;
}

TEST(RunRecordOf, NothingInventsNothing) {
  const RunRecord record = run_record_of(nullptr, nullptr, {});
  EXPECT_EQ(record.model_kind, ModelKind::libtorch);
  ASSERT_TRUE(record.config.known_fields);
  EXPECT_THAT(*record.config.known_fields, ElementsAre("device"));
  EXPECT_EQ(record.summary.saved_bytes.reason, "no ledger was read");
  EXPECT_EQ(record.summary.dense_saved_bytes.reason, "no byte model knows this model");
  EXPECT_FALSE(record.summary.step_time_s.value || record.summary.train_loss.value);
  EXPECT_FALSE(record.ledger || record.trace || record.memory);
  EXPECT_THAT(record.layers, IsEmpty());
  EXPECT_THAT(record.warnings, IsEmpty());
  EXPECT_GT(record.environment.cores, 0);
}

TEST(RunRecordOf, TellsWhatTheProgramTold) {
  RunInfo info;
  info.kind = ModelKind::python;
  info.name = "net";
  info.batch = 8;
  info.seed = 3;
  info.dtype = "fp32";
  info.parameters = 12;
  info.step_times_s = {9, 0.5, 0.25, 0.5};
  info.losses = {4, 3, 2, 1};
  info.peak_bytes = Measured<std::int64_t>::of(1000);
  const RunRecord record = run_record_of(nullptr, nullptr, info);
  EXPECT_THAT(*record.config.known_fields,
              ElementsAre("model", "batch", "seed", "device", "dtype"));
  EXPECT_EQ(record.config.batch, 8);
  EXPECT_EQ(record.summary.steps, 4);
  EXPECT_EQ(record.summary.step_time_s.value, 0.5);  // the first step warms up
  EXPECT_EQ(record.summary.images_per_s.value, 16);
  EXPECT_EQ(record.summary.train_loss.value, 1);
  EXPECT_EQ(record.summary.peak_bytes.value, 1000);
  ASSERT_EQ(record.accuracy.size(), 4U);
  EXPECT_EQ(record.accuracy[1].step, 2);
  EXPECT_EQ(record.accuracy[1].elapsed_s, 9.5);
}

TEST(RunRecordOf, ALongRunHasACurveOfAHundredPoints) {
  RunInfo info;
  info.losses.assign(1050, 2);
  info.losses.back() = std::numeric_limits<double>::quiet_NaN();
  const RunRecord record = run_record_of(nullptr, nullptr, info);
  ASSERT_EQ(record.accuracy.size(), 100U);
  EXPECT_EQ(record.accuracy.back().step, 1050);
  EXPECT_EQ(record.accuracy.front().train_loss.value, 2);
  EXPECT_EQ(record.summary.train_loss.reason, "the loss is not finite");
}

TEST(RunRecordOf, SavedBytesAndFootprintAreTheLedgers) {
  const LedgerRecord ledger = small_ledger();
  const RunRecord record = run_record_of(&ledger, nullptr, {});
  EXPECT_EQ(record.summary.saved_bytes.value, 48);
  EXPECT_EQ(record.summary.residual_bytes.value, 0);
  EXPECT_THAT(record.layer_names, ElementsAre("a", "b"));
  ASSERT_EQ(record.layers.size(), 3U);
  EXPECT_EQ(record.layers[2].name, no_layer);
  EXPECT_THAT(record.warnings, IsEmpty());
}

TEST(RunRecordOf, WarnsOfWhatTheLedgerDoesNotKnow) {
  LedgerRecord ledger = small_ledger();
  ledger.nodes = 5;
  ledger.skipped.hooked = 2;
  ledger.residual_bytes = Measured<std::int64_t>::of(64);
  const RunRecord record = run_record_of(&ledger, nullptr, {});
  EXPECT_THAT(record.warnings, Contains(HasSubstr("1 of 5 autograd nodes")));
  EXPECT_THAT(record.warnings, Contains(HasSubstr("2 saved tensors are packed by hooks")));
  EXPECT_THAT(record.warnings, Contains(HasSubstr("64 bytes that the autograd graph")));
}

TEST(RunRecordOf, TakesOperatorsAndLossesFromTheRecorder) {
  TraceRecorder recorder({});
  recorder.begin_step(1);
  {
    const LayerScope layer(Name("a"), Phase::forward);
    const OperatorScope op(Name("relu"));
  }
  recorder.end_step();
  const RunRecord record = run_record_of(nullptr, &recorder, {});
  ASSERT_TRUE(record.trace);
  EXPECT_EQ(record.trace->traced_steps, 1);
  EXPECT_EQ(record.trace->kernels_reason, "the run was on the CPU");
  ASSERT_EQ(record.operators.size(), 1U);
  EXPECT_EQ(record.operators[0].layer, "a");
}

TEST(RunRecordOf, TellsWhichStoragesWereThereAtThePeak) {
  const LedgerRecord ledger = small_ledger();
  MemoryExplanation memory;
  memory.record.peak.bytes = 100;
  memory.marks_at_peak = {false, true};
  const RunRecord record = run_record_of(&ledger, nullptr, {}, &memory, {1, 0, std::nullopt});
  ASSERT_TRUE(record.memory);
  EXPECT_EQ(record.memory->peak.bytes, 100);
  EXPECT_EQ(record.ledger->storages[0].is_at_peak, true);
  EXPECT_EQ(record.ledger->storages[1].is_at_peak, false);
  EXPECT_FALSE(record.ledger->storages[2].is_at_peak);
}

}  // namespace
}  // namespace actscope::tracer
