// SPDX-License-Identifier: Apache-2.0
// Accuracy and loss: margins, the noise of one held-out sample, Student's bound over seeds.
#include <gmock/gmock.h>

#include <cmath>

#include "gate/learning_rule.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

LearningPair accuracy(double from, double to, std::int64_t samples = 0) {
  LearningPair pair;
  pair.baseline.kind = pair.candidate.kind = MetricClass::learning;
  pair.baseline.wanted = pair.candidate.wanted = Wanted::more;
  pair.baseline.heldout_samples = pair.candidate.heldout_samples = samples;
  pair.baseline.value = from;
  pair.candidate.value = to;
  return pair;
}

LearningPair loss(double from, double to) {
  LearningPair pair = accuracy(from, to);
  pair.baseline.wanted = pair.candidate.wanted = Wanted::fewer;
  return pair;
}

GateRow row(const std::vector<LearningPair>& pairs, const GatePolicy& policy = {}) {
  const bool is_accuracy = pairs.front().baseline.wanted == Wanted::more;
  return judge_learning(is_accuracy ? "heldout_accuracy_ratio" : "train_loss", pairs, policy);
}

std::string reason(const std::vector<LearningPair>& pairs, const GatePolicy& policy = {}) {
  return row(pairs, policy).reason;
}

TEST(GateLearning, EqualIsEqualWhateverTheNoise) {
  EXPECT_EQ(reason({accuracy(0.5, 0.5, 1)}), "equal");
  EXPECT_EQ(reason({loss(0, 0), loss(2, 2)}), "equal");
  EXPECT_EQ(row({accuracy(0, 0)}).verdict, GateVerdict::same);
}

TEST(GateLearning, OneSeedHoldsTheNoiseOfItsImages) {
  // 10,000 images at .80: the bound of the difference is about 1.645 · sqrt(2 · .16 / 10⁴) = .0093.
  EXPECT_EQ(reason({accuracy(0.8, 0.8005, 10000)}), "one_seed_within_margin");
  EXPECT_EQ(reason({accuracy(0.8, 0.795, 10000)}), "one_seed_noise_exceeds_margin");
  EXPECT_EQ(reason({accuracy(0.8, 0.77, 10000)}), "one_seed_beyond_margin");
  EXPECT_EQ(reason({accuracy(0.8, 0.82, 10000)}), "one_seed_better_beyond_noise");
  EXPECT_EQ(row({accuracy(0.8, 0.795, 10000)}).verdict, GateVerdict::inconclusive);
  EXPECT_EQ(row({accuracy(0.8, 0.77, 10000)}).verdict, GateVerdict::regressed);
  EXPECT_EQ(row({accuracy(0.8, 0.82, 10000)}).verdict, GateVerdict::improved);
  EXPECT_EQ(reason({accuracy(0.8, 0.7, 32)}), "one_seed_noise_exceeds_margin");
  EXPECT_THAT(row({accuracy(0.8, 0.795, 10000)}).message, HasSubstr("one seed: ±0.9"));
  const GateRow judged = row({accuracy(0.8, 0.8005, 10000)});
  EXPECT_NEAR(*judged.ratio_low, (0.8005 - 0.0093) / 0.8, 3e-4);
  EXPECT_NEAR(*judged.ratio_high, (0.8005 + 0.0093) / 0.8, 3e-4);
}

TEST(GateLearning, FewImagesAreNoCertainty) {
  // One arm is right on both images, the other on none: chance does that once in sixteen times.
  EXPECT_EQ(reason({accuracy(1, 0, 2)}), "one_seed_noise_exceeds_margin");
  EXPECT_EQ(reason({accuracy(0, 1, 2)}), "one_seed_noise_exceeds_margin");
  // One image of 32 on each of two seeds: no spread, and yet nothing is certain.
  const std::vector<LearningPair> one_each{accuracy(30.0 / 32, 29.0 / 32, 32),
                                           accuracy(29.0 / 32, 28.0 / 32, 32)};
  EXPECT_EQ(reason(one_each), "noise_exceeds_margin");
  EXPECT_THAT(row(one_each).message, HasSubstr("(2 seeds, 32 held-out images)"));
  EXPECT_EQ(reason({accuracy(29.0 / 32, 30.0 / 32, 32), accuracy(29.0 / 32, 30.0 / 32, 32)}),
            "noise_exceeds_margin");
  // Ten of 32 on each are a loss.
  EXPECT_EQ(reason({accuracy(30.0 / 32, 20.0 / 32, 32), accuracy(30.0 / 32, 20.0 / 32, 32)}),
            "beyond_margin");
}

TEST(GateLearning, WithoutTheNumberOfImagesNothingIsKnownOfOneSeed) {
  EXPECT_EQ(reason({accuracy(0.8, 0.79)}), "one_seed_noise_unknown");
  EXPECT_EQ(reason({accuracy(0.8, 0.5)}), "one_seed_noise_unknown");
  EXPECT_EQ(row({accuracy(0.8, 0.82)}).verdict, GateVerdict::inconclusive);
  EXPECT_THAT(row({accuracy(0.8, 0.5)}).message, HasSubstr("do not say of how many"));
  EXPECT_EQ(reason({accuracy(0.8, 0.7), accuracy(0.8, 0.7)}), "noise_unknown");
}

TEST(GateLearning, OneLossIsHeldAgainstTheMarginAndLeftOpenUpToTwiceOfIt) {
  EXPECT_EQ(reason({loss(1, 1.05)}), "one_seed_within_margin");
  EXPECT_EQ(reason({loss(1, 1.06)}), "one_seed_noise_unknown");
  EXPECT_EQ(reason({loss(1, 1.11)}), "one_seed_beyond_margin");
  EXPECT_EQ(reason({loss(1, 0.97)}), "one_seed_within_margin");
  EXPECT_EQ(reason({loss(1, 0.9)}), "one_seed_better_beyond_noise");
  EXPECT_FALSE(row({loss(1, 0.9)}).ratio_low);
}

TEST(GateLearning, LossesAtTheEdges) {
  EXPECT_EQ(row({loss(0, 1e-9)}).verdict, GateVerdict::regressed);
  EXPECT_EQ(row({loss(0, -1)}).verdict, GateVerdict::improved);
  EXPECT_EQ(row({loss(-1, -2)}).verdict, GateVerdict::improved);
  EXPECT_EQ(row({loss(1e-308, 1e308), loss(1e308, 1e-308)}).verdict, GateVerdict::inconclusive);
  EXPECT_EQ(row({loss(1e-308, 1e308)}).verdict, GateVerdict::regressed);
}

TEST(GateLearning, SeveralSeedsAreJudgedByStudent) {
  // Differences .004, .006 (worse): mean .005, error .001, t(1, .95) = 6.314: bound .01131, and on
  // 10⁸ images nothing beside it.
  constexpr std::int64_t many = 100'000'000;
  const std::vector<LearningPair> two{accuracy(0.8, 0.796, many), accuracy(0.9, 0.894, many)};
  EXPECT_EQ(reason(two), "noise_exceeds_margin");
  GatePolicy wide;
  wide.accuracy_margin_ratio = 0.0114;
  EXPECT_EQ(reason(two, wide), "within_margin");
  wide.accuracy_margin_ratio = 0.0113;
  EXPECT_EQ(reason(two, wide), "noise_exceeds_margin");
  wide.confidence_ratio = 0.9;  // t(1, .9) = 3.078: bound .00808
  wide.accuracy_margin_ratio = 0.0081;
  EXPECT_EQ(reason(two, wide), "within_margin");
  // Differences .03, .031, .032: mean .031, error .000577, t(2, .95) = 2.92: from .0293.
  EXPECT_EQ(reason({accuracy(0.8, 0.77), accuracy(0.8, 0.769), accuracy(0.8, 0.768)}),
            "beyond_margin");
  EXPECT_EQ(reason({accuracy(0.8, 0.83), accuracy(0.8, 0.831), accuracy(0.8, 0.832)}),
            "better_beyond_noise");
  EXPECT_THAT(row({accuracy(0.8, 0.77), accuracy(0.8, 0.768)}).message,
              HasSubstr("(2 seeds, and the reports do not say of how many held-out images"));
  EXPECT_DOUBLE_EQ(*row(two).baseline, 0.85);
}

TEST(GateLearning, LossOverSeedsIsRelative) {
  EXPECT_EQ(reason({loss(1, 1.02), loss(2, 2.04)}), "within_margin");
  EXPECT_EQ(reason({loss(1, 1.2), loss(2, 2.4)}), "beyond_margin");
}

TEST(GateLearning, AMissingAccuracyLeavesTheGateOpen) {
  RunRecord run = small_run();
  run.summary.heldout_accuracy_ratio = Measured<double>::missing("no held-out data");
  const GateResult result = judged(small_run(), run);
  EXPECT_EQ(result.verdict, GateVerdict::inconclusive);
  EXPECT_EQ(outcome(result, "heldout_accuracy_ratio"), "missing missing_in_candidate");
  run.summary.heldout_accuracy_ratio = Measured<double>::of(0.815);
  run.summary.train_loss = Measured<double>::of(std::nan(""));
  EXPECT_EQ(outcome(judged(small_run(), run), "train_loss"), "missing missing_in_candidate");
}

}  // namespace
}  // namespace actscope::reports::test
