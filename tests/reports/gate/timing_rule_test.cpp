// SPDX-License-Identifier: Apache-2.0
#include "gate/timing_rule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "gate/made_times.hpp"

namespace actscope::reports::test {
namespace {

std::string outcome_of(const TimingJudgement& judgement) {
  return std::string(name_of(judgement.verdict)) + " " + judgement.reason;
}

TimingVerdicts judge_one(const TimedMetric& metric, const TimingPlan& plan = {}) {
  return judge_times({&metric, 1}, plan);
}

TimedMetric primary(double factor, std::size_t first, std::size_t second, double variation = 0.01,
                    std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  return drawn_metric(random, "step_time_s", true, factor, variation, first, second);
}

TEST(TimingRule, AsksForRoundsUpToTheFirstLook) {
  const TimingVerdicts none = judge_one(primary(1, 0, 0));
  EXPECT_EQ(none.next.batch, 0U);
  EXPECT_EQ(none.next.rounds, 8);
  EXPECT_EQ(outcome_of(none.metrics[0]), "inconclusive too_few_rounds");
  EXPECT_EQ(judge_one(primary(1, 5, 0)).next.rounds, 3);
}

TEST(TimingRule, EndsEarlyWhereNothingDiffers) {
  const TimingVerdicts verdicts = judge_one(primary(1, 8, 0, 0.002));
  EXPECT_EQ(verdicts.next.rounds, 0);
  EXPECT_EQ(outcome_of(verdicts.metrics[0]), "same within_noise_band");
  EXPECT_NEAR(*verdicts.metrics[0].ratio, 1, 0.005);
  EXPECT_LE(*verdicts.metrics[0].ratio_low, *verdicts.metrics[0].ratio);
  EXPECT_GE(*verdicts.metrics[0].ratio_high, *verdicts.metrics[0].ratio);
  EXPECT_EQ(verdicts.metrics[0].pairs, 8);
}

TEST(TimingRule, AsksForASecondBatchBeforeItCallsAnythingSlower) {
  const TimingVerdicts suspected = judge_one(primary(1.1, 8, 0));
  EXPECT_EQ(suspected.next.batch, 1U);
  EXPECT_EQ(suspected.next.rounds, 8);
  EXPECT_EQ(outcome_of(suspected.metrics[0]), "inconclusive not_confirmed");
  EXPECT_EQ(judge_one(primary(1.1, 8, 4)).next.rounds, 4);
  const TimingVerdicts confirmed = judge_one(primary(1.1, 8, 8));
  EXPECT_EQ(confirmed.next.rounds, 0);
  EXPECT_EQ(outcome_of(confirmed.metrics[0]), "regressed slower");
  EXPECT_NEAR(*confirmed.metrics[0].ratio, 1.1, 0.02);
  EXPECT_GT(*confirmed.metrics[0].ratio_low, 1.01);
  EXPECT_LE(*confirmed.metrics[0].p_value, 0.004);
  EXPECT_EQ(confirmed.looked_at, 8);
  EXPECT_EQ(confirmed.confirmed_by, 8);
}

TEST(TimingRule, DoesNotCallSlowerWhatTheSecondBatchDoesNotFind) {
  TimedMetric metric = primary(1.1, 8, 8);
  metric.batches[1].candidate = metric.batches[1].baseline;
  std::ranges::reverse(metric.batches[1].candidate);
  const TimingStep next = judge_one(metric).next;  // once more, with all that the plan has
  EXPECT_EQ(next.batch, 1U);
  EXPECT_EQ(next.rounds, 24);
  metric = primary(1.1, 8, 32);
  metric.batches[1].candidate = metric.batches[1].baseline;
  std::ranges::reverse(metric.batches[1].candidate);
  EXPECT_EQ(judge_one(metric).next.rounds, 0);
  EXPECT_EQ(outcome_of(judge_one(metric).metrics[0]), "inconclusive not_confirmed");
}

TEST(TimingRule, AddsRoundsWhileTheIntervalHoldsTheBandUpToTheCap) {
  const TimingVerdicts verdicts = judge_one(primary(1, 8, 0, 0.05));
  EXPECT_EQ(verdicts.next.batch, 0U);
  EXPECT_EQ(verdicts.next.rounds, 4);
  const TimingVerdicts end = judge_one(primary(1, 24, 0, 0.05));
  EXPECT_EQ(end.next.rounds, 0);
  EXPECT_EQ(outcome_of(end.metrics[0]), "inconclusive noise_exceeds_band");
  EXPECT_EQ(end.looked_at, 24);
}

TEST(TimingRule, AChangeWithinTheBandIsTheSameHoweverSignificant) {
  TimedMetric metric = primary(1.005, 26, 0, 0.0005);
  EXPECT_EQ(outcome_of(judge_one(metric).metrics[0]), "same within_noise_band");
  TimingPlan narrow;
  narrow.band_ratio = 0.001;
  EXPECT_EQ(judge_one(metric, narrow).next.batch, 1U);
}

TEST(TimingRule, FasterNeverFailsAndNeedsNoSecondBatch) {
  const TimingVerdicts verdicts = judge_one(primary(0.9, 8, 0));
  EXPECT_EQ(verdicts.next.rounds, 0);
  EXPECT_EQ(outcome_of(verdicts.metrics[0]), "improved faster");
}

TEST(TimingRule, SwappedSidesSwapSlowerAndFaster) {
  TimedMetric metric = primary(1.1, 8, 8);
  for (TimingBatch& batch : metric.batches) std::swap(batch.baseline, batch.candidate);
  EXPECT_EQ(outcome_of(judge_one(metric).metrics[0]), "improved faster");
}

TEST(TimingRule, AThroughputIsTheReverse) {
  TimedMetric time = primary(1.1, 8, 8), rate = time;
  rate.is_more_better = true;
  for (TimingBatch& batch : rate.batches) {
    for (double& value : batch.baseline) value = 1 / value;
    for (double& value : batch.candidate) value = 1 / value;
  }
  const TimingJudgement of_time = judge_one(time).metrics[0];
  const TimingJudgement of_rate = judge_one(rate).metrics[0];
  EXPECT_EQ(outcome_of(of_rate), "regressed slower");
  EXPECT_NEAR(*of_rate.ratio, 1 / *of_time.ratio, 1e-9);
  EXPECT_NEAR(*of_rate.ratio_low, 1 / *of_time.ratio_high, 1e-9);
  EXPECT_LT(*of_rate.ratio_high, 1);
}

// Primary metrics first, at the full level; others cannot end the measurement before them.
TEST(TimingRule, OthersWaitForThePrimaryOnes) {
  std::mt19937_64 random(3);
  std::vector<TimedMetric> metrics = {primary(1, 8, 0, 0.05)};
  metrics.push_back(drawn_metric(random, "kernels.a.total_s", false, 1.5, 0.01, 8, 0));
  EXPECT_EQ(judge_times(metrics, {}).next.batch, 0U);
  metrics[0] = primary(1, 8, 0, 0.001);  // now settled
  EXPECT_EQ(judge_times(metrics, {}).next.batch, 1U);
  metrics[0] = primary(1, 8, 8, 0.001);
  metrics[1] = drawn_metric(random, "kernels.a.total_s", false, 1.5, 0.01, 8, 8);
  const TimingVerdicts verdicts = judge_times(metrics, {});
  EXPECT_EQ(outcome_of(verdicts.metrics[0]), "same within_noise_band");
  EXPECT_EQ(outcome_of(verdicts.metrics[1]), "regressed slower");
}

// 8 equal signs are 1 in 256: enough for one metric, by Holm not for a hundred.
TEST(TimingRule, ManyOthersShareTheirLevel) {
  std::vector<TimedMetric> metrics = {primary(1, 8, 0, 0.001)};
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    metrics.push_back(drawn_metric(random, "layers." + std::to_string(i) + ".total_s", false,
                                   i == 0 ? 1.5 : 1, 0.01, 8, 0));
  }
  const TimingVerdicts verdicts = judge_times(metrics, {});
  EXPECT_EQ(verdicts.next.rounds, 0);
  EXPECT_EQ(outcome_of(verdicts.metrics[1]), "inconclusive noise_exceeds_band");
  EXPECT_GT(*verdicts.metrics[1].p_value, 0.05);
}

TEST(TimingRule, WithoutPrimaryMetricsAllAre) {
  std::mt19937_64 random(3);
  const TimedMetric metric = drawn_metric(random, "a.total_s", false, 1.5, 0.01, 8, 0);
  EXPECT_EQ(judge_one(metric).next.batch, 1U);
  EXPECT_TRUE(judge_times({}, {}).metrics.empty());
  EXPECT_EQ(judge_times({}, {}).next.rounds, 0);
}

// What breaks an assumption has a verdict and a reason, and no ratio.
TEST(TimingRule, HasAReasonWhereAnAssumptionFails) {
  const auto expect = [](const TimedMetric& metric, const std::string& outcome,
                         const TimingPlan& plan = {}) {
    const TimingJudgement judgement = judge_one(metric, plan).metrics[0];
    EXPECT_EQ(outcome_of(judgement), outcome);
    EXPECT_FALSE(judgement.ratio || judgement.ratio_low || judgement.ratio_high ||
                 judgement.p_value)
        << outcome;
    EXPECT_FALSE(judgement.message.empty());
  };
  TimedMetric metric = primary(1.1, 26, 0);
  metric.batches[0].candidate[3] = std::nan("");
  expect(metric, "inconclusive not_finite");
  metric.batches[0].candidate[3] = std::numeric_limits<double>::infinity();
  expect(metric, "inconclusive not_finite");
  for (const double time : {0.0, -1.0}) {  // a clock that is too coarse, or runs backward
    metric.batches[0].candidate[3] = time;
    expect(metric, "inconclusive not_positive");
  }
  metric = primary(1.1, 8, 8);
  metric.batches[1].baseline[5] = -1;  // in the second batch
  expect(metric, "inconclusive not_positive");
  metric = primary(1.1, 26, 13);
  metric.candidate_failures = 1;
  expect(metric, "inconclusive unequal_failures");
  metric.baseline_failures = 1;
  EXPECT_EQ(outcome_of(judge_one(metric).metrics[0]), "regressed slower");
  metric = primary(1, 26, 0);
  metric.batches[0].candidate = metric.batches[0].baseline;
  expect(metric, "same identical_samples");
  for (double& time : metric.batches[0].candidate) time *= 1.5;
  expect(metric, "inconclusive no_variance");
  metric = primary(1.1, 8, 0);
  for (std::size_t i = 0; i < 4; ++i) {
    metric.batches[0].candidate[i] = metric.batches[0].baseline[i];
  }
  expect(metric, "inconclusive too_few_rounds");  // 4 rounds that differ: 1 in 16 at best
  metric = primary(1, 26, 0);
  for (std::size_t i = 0; i < 26; ++i) {  // a clock of seconds
    metric.batches[0].baseline[i] = 10;
    metric.batches[0].candidate[i] = i % 2 == 0 ? 11 : 12;
  }
  expect(metric, "inconclusive ties");
}

TEST(TimingRule, DoesNotWaitForWhatWillNotMend) {
  TimedMetric metric = primary(1, 8, 0, 0.05);
  metric.batches[0].baseline[0] = std::nan("");
  EXPECT_EQ(judge_one(metric).next.rounds, 0);
}

TEST(TimingRule, MoreRoundsThanItAskedForChangeNothing) {
  const TimedMetric metric = primary(1.1, 26, 13);
  const TimingVerdicts verdicts = judge_one(metric);
  EXPECT_EQ(verdicts.looked_at, 8);
  EXPECT_EQ(verdicts.confirmed_by, 8);
  EXPECT_EQ(verdicts.metrics[0].pairs, 16);
}

TEST(TimingRule, GivesNoNumberThatIsNone) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 200; ++i) {
    TimedMetric metric =
        drawn_metric(random, "a_s", i % 2 == 0, 1 + 0.001 * i, 1e-3 * (1 + i % 50),
                     static_cast<std::size_t>(i % 27), static_cast<std::size_t>(i % 14), 0.1);
    const TimingJudgement judgement = judge_one(metric).metrics[0];
    for (const auto& value : {judgement.ratio, judgement.ratio_low, judgement.ratio_high}) {
      if (value) {
        EXPECT_TRUE(std::isfinite(*value) && *value > 0) << i;
      }
    }
    EXPECT_FALSE(judgement.reason.empty()) << i;
  }
}

}  // namespace
}  // namespace actscope::reports::test
