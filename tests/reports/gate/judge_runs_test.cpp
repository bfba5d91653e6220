// SPDX-License-Identifier: Apache-2.0
// Every verdict and reason for a pair of runs; degenerate reports first.
#include <gmock/gmock.h>

#include <limits>

#include "actscope/base/error.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(GateRuns, EmptyRecordsAreTheSame) {
  const GateResult result = judged(RunRecord{}, RunRecord{});
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "saved_bytes"), "same absent_in_both");
  EXPECT_EQ(outcome(result, "parameters"), "same equal");
}

TEST(GateRuns, ARunAgainstItselfIsAllTheSame) {
  const GateResult result = judged(small_run(), small_run());
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_TRUE(result.config_differences.empty());
  EXPECT_TRUE(result.environment_differences.empty());
  for (const GateRow& row : result.rows) {
    EXPECT_EQ(row.verdict, GateVerdict::same) << row.metric;
  }
  EXPECT_EQ(find_row(result, "saved_bytes")->ratio_low, 1.0);
}

TEST(GateRuns, ABaselineThatDidNotCompleteIsRefused) {
  RunRecord baseline = small_run();
  baseline.status = RunStatus::interrupted;
  baseline.status_reason = "stopped";
  EXPECT_THROW((void)judged(baseline, small_run()), ReportFormatError);
}

TEST(GateRuns, ACandidateThatDidNotCompleteFails) {
  RunRecord candidate = small_run();
  candidate.status = RunStatus::failed;
  candidate.status_reason = "the loss became infinite";
  GateResult result = judged(small_run(), candidate);
  EXPECT_EQ(result.verdict, GateVerdict::failed);
  ASSERT_EQ(result.rows.size(), 1U);
  EXPECT_EQ(outcome(result, "status"), "failed candidate_failed");
  EXPECT_THAT(result.rows[0].message, HasSubstr("the loss became infinite"));
  candidate.status = RunStatus::interrupted;
  EXPECT_EQ(outcome(judged(small_run(), candidate), "status"), "failed candidate_interrupted");
}

TEST(GateRuns, MoreBytesRegressFewerImprove) {
  const GateResult worse = judged(small_run("exact", 600), small_run("exact", 601));
  EXPECT_EQ(worse.verdict, GateVerdict::regressed);
  for (const char* metric :
       {"saved_bytes", "predicted_saved_bytes", "peak_bytes", "layers.blocks.0.x.stored_bytes"}) {
    EXPECT_EQ(outcome(worse, metric), "regressed more_bytes");
  }
  EXPECT_EQ(outcome(worse, "dense_saved_bytes"), "same equal");
  EXPECT_EQ(outcome(worse, "layers.blocks.0.x.index_bytes"), "same equal");
  EXPECT_DOUBLE_EQ(*find_row(worse, "saved_bytes")->ratio, 601.0 / 600);
  const GateResult better = judged(small_run("exact", 600), small_run("exact", 599));
  EXPECT_EQ(better.verdict, GateVerdict::improved);
  EXPECT_EQ(outcome(better, "saved_bytes"), "improved fewer_bytes");
}

TEST(GateRuns, OneByteAboveWhatADoubleHoldsCounts) {
  const std::int64_t huge = (std::int64_t{1} << 53) + 1;
  RunRecord a = small_run(), b = small_run();
  a.summary.saved_bytes.value = huge - 1;
  b.summary.saved_bytes.value = huge;
  EXPECT_EQ(outcome(judged(a, b), "saved_bytes"), "regressed more_bytes");
}

TEST(GateRuns, BytesOutOfNothingHaveNoRatio) {
  RunRecord a = small_run();
  a.layers[1].slots[0].stored_bytes = 0;
  const GateResult result = judged(a, small_run());
  EXPECT_EQ(result.rows.front().metric, "layers.blocks.0.x.stored_bytes");  // the farthest off
  EXPECT_EQ(result.rows.front().reason, "more_bytes");
  EXPECT_FALSE(result.rows.front().ratio);
}

TEST(GateRuns, AResidualIsJudgedByItsSize) {
  RunRecord a = small_run(), b = small_run();
  a.summary.residual_bytes.value = 8;
  b.summary.residual_bytes.value = -8;
  EXPECT_EQ(outcome(judged(a, b), "residual_bytes"), "same equal_magnitude");
  b.summary.residual_bytes.value = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(outcome(judged(a, b), "residual_bytes"), "regressed more_bytes");
  b.summary.residual_bytes.value = 0;
  EXPECT_EQ(outcome(judged(a, b), "residual_bytes"), "improved fewer_bytes");
}

TEST(GateRuns, CountsShallNotChangeInEitherDirection) {
  for (const int change : {-1, 1}) {
    RunRecord run = small_run();
    run.parameters += change;
    run.summary.steps += change;
    run.config.batch += change;
    run.train_samples += change;
    run.heldout_samples += change;
    const GateResult result = judged(small_run(), run);
    for (const char* metric :
         {"parameters", "steps", "batch", "train_samples", "heldout_samples"}) {
      EXPECT_EQ(outcome(result, metric), "regressed changed") << metric;
    }
  }
}

TEST(GateRuns, SparsityCountsWhereBothSchemesHaveBlocks) {
  RunRecord a = small_run("exact-bsr"), b = small_run("exact-bsr");
  b.config.sparsity_ratio = 0.9;
  EXPECT_EQ(outcome(judged(a, b), "sparsity_ratio"), "regressed changed");
  EXPECT_EQ(outcome(judged(a, small_run("exact")), "sparsity_ratio"), "no such row");
  EXPECT_EQ(outcome(judged(small_run(), small_run()), "sparsity_ratio"), "no such row");
}

TEST(GateRuns, AMissingExactMetricIsARegression) {
  RunRecord run = small_run();
  run.summary.peak_bytes = Measured<std::int64_t>::missing("no allocator");
  run.layers[1].slots.clear();
  const GateResult result = judged(small_run(), run);
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "peak_bytes"), "missing missing_in_candidate");
  EXPECT_THAT(find_row(result, "peak_bytes")->message, HasSubstr("no allocator"));
  EXPECT_EQ(outcome(result, "layers.blocks.0.x.stored_bytes"), "missing missing_in_candidate");
}

TEST(GateRuns, NewMetricsPassAndAreListed) {
  RunRecord run = small_run();
  run.layers[0].slots.push_back({"new", "keep", 8, 8, 8, 0, {}});
  const GateResult result = judged(small_run(), run);
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "layers.stem.new.stored_bytes"), "new new_metric");
}

TEST(GateRuns, TracerLossesHaveTheLimitZero) {
  RunRecord clean = small_run(), lossy = small_run();
  clean.trace = TraceRecord{};
  lossy.trace = TraceRecord{};
  lossy.trace->dropped_records = 3;
  EXPECT_EQ(outcome(judged(clean, lossy), "trace.dropped_records"), "regressed tracer_loss");
  EXPECT_EQ(outcome(judged(lossy, lossy), "trace.dropped_records"), "regressed tracer_loss");
  EXPECT_EQ(outcome(judged(small_run(), lossy), "trace.dropped_records"), "regressed tracer_loss");
  EXPECT_EQ(outcome(judged(lossy, clean), "trace.dropped_records"), "improved fewer_records");
  EXPECT_EQ(outcome(judged(small_run(), clean), "trace.untimed_records"), "new new_metric");
}

TEST(GateRuns, TimesAreShownAndNeverJudged) {
  RunRecord run = small_run();
  run.summary.step_time_s = Measured<double>::of(25);
  run.summary.images_per_s = Measured<double>::missing("left out");
  run.operators = {{"gemm", "blocks.0", "backward", "cpu", 1, 0.5, "h", "scope"}};
  const GateResult result = judged(small_run(), run);
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "step_time_s"), "inconclusive timing_advisory");
  EXPECT_EQ(*find_row(result, "step_time_s")->ratio, 100);
  EXPECT_FALSE(find_row(result, "step_time_s")->ratio_low);
  EXPECT_EQ(outcome(result, "images_per_s"), "missing missing_in_candidate");
  EXPECT_EQ(outcome(result, "operators.blocks.0.h.backward.gemm.total_s"), "new new_metric");
}

TEST(GateRuns, ThePeakOfAGpuIsATiming) {
  RunRecord gpu = small_run("exact", 700);
  gpu.config.device = "cuda";
  for (const auto& [a, b] : {std::pair(small_run(), gpu), std::pair(gpu, small_run())}) {
    const GateResult result = judged(a, b);
    EXPECT_EQ(outcome(result, "peak_bytes"), "inconclusive timing_advisory");
    EXPECT_EQ(find_row(result, "peak_bytes")->kind, MetricClass::timing);
  }
}

TEST(GateRuns, LayersOfOneNameAreToldApart) {
  RunRecord a = small_run();
  a.layers.push_back(a.layers[1]);
  a.layers.push_back(a.layers[1]);
  RunRecord b = a;
  b.layers[2].slots[0].stored_bytes = 601;
  const GateResult result = judged(a, b);
  EXPECT_EQ(outcome(result, "layers.blocks.0.x.stored_bytes"), "same equal");
  EXPECT_EQ(outcome(result, "layers.blocks.0.x.stored_bytes#2"), "regressed more_bytes");
  EXPECT_EQ(outcome(result, "layers.blocks.0.x.stored_bytes#3"), "same equal");
}

TEST(GateRuns, AnotherConfigurationIsSaidAndJudgedAllTheSame) {
  RunRecord other = small_run("dense", 1400);
  other.data_sha256 = std::string(64, 'c');
  const GateResult result = judged(small_run(), other);
  EXPECT_THAT(result.config_differences, Contains(HasSubstr("scheme")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("different data")));
  EXPECT_EQ(outcome(result, "saved_bytes"), "regressed more_bytes");
}

TEST(GateRuns, AnotherEnvironmentIsANoteUnlessAChangeIsExpectedToChangeIt) {
  RunRecord other = small_run();
  other.environment.cpu = "another";
  other.environment.git_revision = "def";
  other.environment.host = "elsewhere";
  other.environment.memory_bytes = 5;
  const GateResult result = judged(small_run(), other);
  EXPECT_THAT(result.environment_differences,
              testing::ElementsAre(R"(cpu: "a processor" -> "another")"));
  EXPECT_EQ(result.verdict, GateVerdict::same);
}

}  // namespace
}  // namespace actscope::reports::test
