// SPDX-License-Identifier: Apache-2.0
// What a run says of its own tracing: measured between its steps, and without a trace in its
// results.
#include <gtest/gtest.h>

#include <set>

#include "actscope/core/training/training.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

// Which steps reached the trace.
class StepSink : public TraceSink {
 public:
  void write(const TraceBatch& batch) override {
    for (const ScopeEvent& scope : batch.scopes) {
      if (scope.kind == ScopeKind::step) steps.insert(scope.step);
    }
    for (const MemoryEvent& event : batch.memory) with_memory.insert(event.place.step);
    for (const LedgerEvent& event : batch.ledger) with_ledger.insert(event.step);
  }
  void finish(const TraceRecord&) override {}

  std::set<std::int32_t> steps, with_memory, with_ledger;
};

RunConfig long_run(const std::string& trace) {
  RunConfig config = tiny_run("int4-bsr");
  config.steps = 34;
  config.trace = trace;
  return config;
}

TEST(TracerCost, MeasuringChangesNoResult) {
  const RunRecord off = train(long_run("off"), {});
  for (const char* level : {"ledger", "timeline", "audit"}) {
    const RunRecord record = train(long_run(level), {});
    EXPECT_EQ(record.summary.weights_sha256, off.summary.weights_sha256) << level;
    ASSERT_EQ(record.accuracy.size(), off.accuracy.size());
    for (std::size_t i = 0; i < off.accuracy.size(); ++i) {
      EXPECT_EQ(record.accuracy[i].train_loss.value, off.accuracy[i].train_loss.value) << level;
    }
    EXPECT_EQ(record.summary.residual_bytes.value, 0) << level;
    EXPECT_TRUE(record.warnings.empty()) << level << record.warnings[0];
    ASSERT_TRUE(record.tracer_cost) << level;
    EXPECT_EQ(record.tracer_cost->level, level);
    EXPECT_EQ(record.tracer_cost->samples, 7) << level;
    EXPECT_GT(record.tracer_cost->on_step_s.value, 0) << level;
    EXPECT_GT(record.tracer_cost->off_step_s.value, 0) << level;
    EXPECT_LE(record.tracer_cost->ratio.low.value, record.tracer_cost->ratio.ratio.value);
    EXPECT_GE(record.tracer_cost->ratio.high.value, record.tracer_cost->ratio.ratio.value);
  }
  ASSERT_TRUE(off.tracer_cost);
  EXPECT_EQ(off.tracer_cost->ratio.ratio.reason, "trace level is off");
}

TEST(TracerCost, BareStepsLeaveNothingInTheTrace) {
  StepSink sink;
  TrainingHooks hooks;
  hooks.trace_sink = &sink;
  const RunRecord record = train(long_run("timeline"), hooks);
  const std::set<std::int32_t> traced = {1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27, 30};
  EXPECT_EQ(sink.steps, traced);
  EXPECT_EQ(sink.with_memory, traced);
  EXPECT_EQ(sink.with_ledger, traced);
  EXPECT_EQ(record.trace->traced_steps, 16);
  EXPECT_EQ(record.trace->dropped_records, 0);
}

TEST(TracerCost, AShortRunSaysWhatWouldMeasureIt) {
  RunConfig config = tiny_run();
  config.steps = 3;
  const RunRecord record = train(config, {});
  ASSERT_TRUE(record.tracer_cost);
  EXPECT_EQ(record.tracer_cost->level, "ledger");
  EXPECT_EQ(record.tracer_cost->samples, 0);
  EXPECT_EQ(record.tracer_cost->ratio.ratio.reason, "a run of 31 steps or more measures it");
}

}  // namespace
}  // namespace actscope::core
