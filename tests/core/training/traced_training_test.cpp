// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <thread>

#include "actscope/core/training/training.hpp"
#include "actscope/tracer/recorder.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A step an epoch, so that the loss of every step is a point of the curve.
RunConfig stepwise_run(const std::string& scheme, const std::string& level) {
  RunConfig config = tiny_run(scheme);
  config.train_samples = config.batch;
  config.steps = 6;
  config.trace = level;
  return config;
}

/// On a thread of its own: its rings have the size asked for.
RunRecord train_apart(const RunConfig& config, const TrainingHooks& hooks) {
  RunRecord record;
  std::thread([&] { record = train(config, hooks); }).join();
  return record;
}

// Every bit of what was learned.
void expect_same_learning(const RunRecord& actual, const RunRecord& expected) {
  EXPECT_EQ(actual.status, RunStatus::completed) << actual.status_reason;
  EXPECT_EQ(actual.summary.weights_sha256, expected.summary.weights_sha256);
  ASSERT_EQ(actual.accuracy.size(), 6U);
  ASSERT_EQ(expected.accuracy.size(), 6U);
  for (std::size_t i = 0; i < actual.accuracy.size(); ++i) {
    ASSERT_TRUE(expected.accuracy[i].train_loss.value);
    EXPECT_EQ(actual.accuracy[i].train_loss.value, expected.accuracy[i].train_loss.value) << i;
    EXPECT_EQ(actual.accuracy[i].heldout_loss.value, expected.accuracy[i].heldout_loss.value) << i;
  }
}

TEST(TracedTraining, LearnsTheSameAtEveryLevel) {
  for (const char* scheme : {"dense", "int4-bsr"}) {
    const RunRecord untraced = train(stepwise_run(scheme, "off"), {});
    for (const char* level : {"ledger", "timeline", "audit"}) {
      SCOPED_TRACE(std::string(scheme) + " " + level);
      const RunRecord traced = train(stepwise_run(scheme, level), {});
      expect_same_learning(traced, untraced);
      EXPECT_THAT(traced.warnings, IsEmpty());
    }
  }
}

// Takes `portions` portions, then fails as it was told.
class FailingSink : public TraceSink {
 public:
  FailingSink(int portions, std::function<void()> failure)
      : left_(portions), failure_(std::move(failure)) {}
  void write(const TraceBatch& /*batch*/) override {
    if (left_-- <= 0) failure_();
  }
  void finish(const TraceRecord& /*losses*/) override { failure_(); }

 private:
  int left_;
  std::function<void()> failure_;
};

TEST(TracedTraining, ASinkThatFailsChangesNothingButTheTrace) {
  const RunRecord untraced = train(stepwise_run("int4-bsr", "off"), {});
  const RunConfig config = stepwise_run("int4-bsr", "timeline");
  const std::pair<std::function<void()>, const char*> failures[] = {
      {[] { throw std::runtime_error("the disk is full"); }, "the disk is full"},
      {[] { throw std::bad_alloc(); }, "out of memory"},
      {[] { throw 7; }, "unknown error"}};
  for (const auto& [failure, reason] : failures) {
    for (const int portions : {0, 1, 1000}) {  // the last fails at the end alone
      SCOPED_TRACE(std::string(reason) + " after " + std::to_string(portions));
      FailingSink sink(portions, failure);
      TrainingHooks hooks;
      hooks.trace_sink = &sink;
      const RunRecord record = train(config, hooks);
      expect_same_learning(record, untraced);
      ASSERT_TRUE(record.trace);
      EXPECT_EQ(record.trace->files_reason, reason);
      EXPECT_THAT(record.warnings,
                  Contains("the trace files are not whole: " + std::string(reason)));
      if (portions == 0) {
        EXPECT_GT(record.trace->dropped_records, 0);
        EXPECT_THAT(record.warnings, Contains(HasSubstr("trace records were dropped")));
      }
      EXPECT_FALSE(record.operators.empty()) << "sums need no file";
      ASSERT_TRUE(record.memory) << "nor does the peak";
      EXPECT_EQ(record.memory->peak.bytes, *record.summary.peak_bytes.value);
    }
  }
}

TEST(TracedTraining, FullRingsLoseRecordsAndSaySo) {
  const RunRecord untraced = train(stepwise_run("dense", "off"), {});
  TrainingHooks hooks;
  hooks.trace_ring_records = 4;
  const RunRecord record = train_apart(stepwise_run("dense", "timeline"), hooks);
  expect_same_learning(record, untraced);
  EXPECT_GT(record.trace->dropped_records, 0);
  EXPECT_EQ(record.trace->files_reason, "");
  EXPECT_THAT(record.warnings, testing::ElementsAre(HasSubstr("trace records were dropped")));
}

#ifndef __SANITIZE_ADDRESS__  // it ends a program that asks for so much
TEST(TracedTraining, RingsThatFindNoMemoryLoseRecordsAndSaySo) {
  const RunRecord untraced = train(stepwise_run("dense", "off"), {});
  TrainingHooks hooks;
  hooks.trace_ring_records = std::size_t{1} << 50U;
  const RunRecord record = train_apart(stepwise_run("dense", "timeline"), hooks);
  expect_same_learning(record, untraced);
  EXPECT_GT(record.trace->dropped_records, 0);
  EXPECT_EQ(record.trace->traced_steps, 5);
  EXPECT_TRUE(record.operators.empty());
}
#endif

TEST(TracedTraining, ATracerThatCannotBeginIsTold) {
  const RunRecord untraced = train(stepwise_run("dense", "off"), {});
  const tracer::TraceRecorder other({});
  const RunRecord record = train(stepwise_run("dense", "timeline"), {});
  expect_same_learning(record, untraced);
  ASSERT_TRUE(record.trace);
  EXPECT_EQ(record.trace->traced_steps, 0);
  EXPECT_EQ(record.trace->dropped_records, 1);
  EXPECT_THAT(record.warnings, Contains(HasSubstr("the tracer failed 1 time: a second trace")));
  EXPECT_TRUE(record.ledger) << "it needs no recorder";
}

}  // namespace
}  // namespace actscope::core
