// SPDX-License-Identifier: Apache-2.0
#include "actscope/bench/tracer_suite.hpp"

#include <gtest/gtest.h>

#include <set>

#include "actscope/base/error.hpp"

namespace actscope::bench {
namespace {

TracerPlan tiny_plan() {
  TracerPlan plan;
  plan.config.dim = 8;
  plan.config.depth = 2;
  plan.config.patch = 4;
  plan.config.image_size = 8;
  plan.config.batch = 8;
  plan.config.threads = 1;
  plan.steps = 2;
  plan.rounds = 6;
  return plan;
}

// That every variant ends with the same weights and loses no record is checked by the suite itself.
TEST(TracerSuite, MeasuresEveryLevelAndRival) {
  const auto quiet = make_quiet_progress();
  const TracerBenchRecord record =
      run_tracer_suite(resolved(tiny_plan()), {}, {nullptr, quiet.get()});
  EXPECT_EQ(record.status, RunStatus::completed);
  EXPECT_EQ(record.settings.image_size, 8);
  EXPECT_EQ(record.settings.threads, 1);
  std::set<std::string> steps, calls, files;
  for (const TracerStepCost& row : record.steps) {
    steps.insert(row.name);
    EXPECT_EQ(row.samples, 6) << row.name;
    EXPECT_GT(row.step_time_s, 0) << row.name;
    EXPECT_GT(row.off_step_time_s, 0) << row.name;
    EXPECT_TRUE(row.ratio.low.value) << row.name;
  }
  EXPECT_EQ(steps, (std::set<std::string>{"ledger", "ledger_step", "timeline", "audit",
                                          "libtorch-profiler", "libtorch-profiler-memory"}));
  for (const TracerCallCost& row : record.calls) calls.insert(row.name);
  EXPECT_TRUE(calls.contains("scope_off"));
  EXPECT_TRUE(calls.contains("operator"));
  EXPECT_TRUE(calls.contains("libtorch-profiler operator"));
  EXPECT_TRUE(calls.contains("counted_allocation"));
  for (const TracerFileSize& row : record.files) {
    files.insert(row.name);
    EXPECT_GT(row.bytes, 0) << row.name;
    EXPECT_GT(row.events, 0) << row.name;
  }
  EXPECT_EQ(files,
            (std::set<std::string>{"trace.db", "trace.pftrace", "libtorch-profiler chrome.json",
                                   "libtorch-profiler-memory chrome.json"}));
}

TEST(TracerSuite, KeepsTheRoundsThatEndedBeforeAStop) {
  const auto quiet = make_quiet_progress();
  const int a_round = 6;
  int asked = 0;
  const TracerBenchRecord record =
      run_tracer_suite(resolved(tiny_plan()), {}, {[&] { return ++asked > a_round; }, quiet.get()});
  EXPECT_EQ(record.status, RunStatus::interrupted);
  ASSERT_FALSE(record.steps.empty());
  EXPECT_EQ(record.steps[0].samples, 1);
  EXPECT_TRUE(record.calls.empty());
}

TEST(TracerSuite, RefusesWhatItCannotMeasure) {
  TracerPlan plan = tiny_plan();
  plan.steps = 15;
  EXPECT_THROW(resolved(plan), ConfigError);
  plan = tiny_plan();
  plan.rounds = 5;
  EXPECT_THROW(resolved(plan), ConfigError);
  plan = tiny_plan();
  plan.config.scheme = "none-such";
  EXPECT_THROW(resolved(plan), ConfigError);
  plan = tiny_plan();
  plan.config.patch = 3;
  EXPECT_THROW(resolved(plan), ConfigError);
}

}  // namespace
}  // namespace actscope::bench
