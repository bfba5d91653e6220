// SPDX-License-Identifier: Apache-2.0
// Sweeps: which point is judged against which, what becomes of points without figures, seeds.
#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

// A sweep of one configuration, with a seed for each accuracy.
SweepRecord seeds(const std::vector<double>& accuracies) {
  SweepRecord sweep;
  for (const double accuracy : accuracies) {
    SweepPointRecord point;
    point.config.seed = static_cast<std::int64_t>(sweep.points.size());
    point.id = "s" + std::to_string(point.config.seed);
    point.status = PointStatus::done;
    point.summary = small_run().summary;
    point.summary->heldout_accuracy_ratio = Measured<double>::of(accuracy);
    point.heldout_samples = 100;
    sweep.points.push_back(point);
  }
  return sweep;
}

TEST(GateSweeps, ASweepWithoutADonePointIsNoBaseline) {
  EXPECT_THROW((void)judged(SweepRecord{}, small_sweep()), ReportFormatError);
  SweepRecord failed = seeds({0.5});
  failed.points[0].status = PointStatus::failed;
  EXPECT_THROW((void)judged(failed, seeds({0.5})), ReportFormatError);
}

TEST(GateSweeps, ASweepAgainstItselfIsAllTheSame) {
  const GateResult result = judged(seeds({0.5, 0.6, 0.7}), seeds({0.5, 0.6, 0.7}));
  EXPECT_EQ(result.verdict, GateVerdict::same);
  for (const GateRow& row : result.rows) EXPECT_EQ(row.verdict, GateVerdict::same) << row.metric;
  EXPECT_EQ(outcome(result, "points.s2.saved_bytes"), "same equal");
  EXPECT_EQ(outcome(result, "seeds.s0.heldout_accuracy_ratio"), "same equal");
  EXPECT_EQ(outcome(result, "points.s0.heldout_accuracy_ratio"), "no such row");
}

TEST(GateSweeps, PointsOfOtherIdsAreMatchedByConfiguration) {
  SweepRecord renamed = seeds({0.5, 0.5});
  renamed.points[0].id = "other";
  renamed.points[0].config.data_dir = "elsewhere";
  renamed.points[0].summary->saved_bytes.value = 700;
  const GateResult result = judged(seeds({0.5, 0.5}), renamed);
  EXPECT_EQ(outcome(result, "points.s0.saved_bytes"), "regressed more_bytes");
  EXPECT_EQ(outcome(result, "points.s1.saved_bytes"), "same equal");
  EXPECT_EQ(find_row(result, "points.other.status"), nullptr);
}

TEST(GateSweeps, EqualConfigurationsAreMatchedOnceEach) {
  SweepRecord a = seeds({0.5, 0.5}), b = a;
  for (SweepPointRecord& point : a.points) point.config.seed = 0;
  for (SweepPointRecord& point : b.points) {
    point.config.seed = 0;
    point.id += "-again";
  }
  b.points.pop_back();
  const GateResult result = judged(a, b);
  EXPECT_EQ(outcome(result, "points.s0.saved_bytes"), "same equal");
  EXPECT_EQ(outcome(result, "points.s1.status"), "missing missing_point");
}

TEST(GateSweeps, APointThatIsGoneIsARegressionANewOnePasses) {
  GateResult result = judged(seeds({0.5, 0.5}), seeds({0.5}));
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "points.s1.status"), "missing missing_point");
  result = judged(seeds({0.5}), seeds({0.5, 0.5}));
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "points.s1.status"), "new new_point");
}

TEST(GateSweeps, PointsWithoutFigures) {
  const SweepRecord baseline = seeds({0.5, 0.5});
  const auto with = [&](PointStatus status) {
    SweepRecord sweep = baseline;
    sweep.points[1].status = status;
    sweep.points[1].summary.reset();
    return sweep;
  };
  const std::string metric = "points.s1.status";
  EXPECT_EQ(outcome(judged(baseline, with(PointStatus::failed)), metric),
            "failed candidate_failed");
  EXPECT_EQ(outcome(judged(baseline, with(PointStatus::running)), metric),
            "failed candidate_interrupted");
  EXPECT_EQ(outcome(judged(baseline, with(PointStatus::done)), metric),
            "failed candidate_interrupted");
  EXPECT_EQ(outcome(judged(baseline, with(PointStatus::skipped)), metric), "missing missing_point");
  EXPECT_EQ(outcome(judged(with(PointStatus::skipped), with(PointStatus::skipped)), metric),
            "same absent_in_both");
  EXPECT_EQ(outcome(judged(with(PointStatus::failed), baseline), metric), "new new_point");
  EXPECT_EQ(judged(baseline, with(PointStatus::failed)).verdict, GateVerdict::failed);
}

TEST(GateSweeps, AccuracyIsJudgedOverSeeds) {
  const GateResult worse = judged(seeds({0.80, 0.81, 0.82}), seeds({0.76, 0.771, 0.779}));
  EXPECT_EQ(outcome(worse, "seeds.s0.heldout_accuracy_ratio"), "regressed beyond_margin");
  EXPECT_EQ(worse.verdict, GateVerdict::regressed);
  const GateResult one = judged(seeds({0.80}), seeds({0.76}));
  EXPECT_EQ(outcome(one, "points.s0.heldout_accuracy_ratio"),
            "inconclusive one_seed_noise_exceeds_margin");
  EXPECT_EQ(one.verdict, GateVerdict::inconclusive);
}

TEST(GateSweeps, OneSeedTwiceIsNoSample) {
  SweepRecord a = seeds({0.8, 0.8}), b = seeds({0.7, 0.7});
  a.points[1].config.seed = b.points[1].config.seed = 0;
  EXPECT_EQ(outcome(judged(a, b), "points.s1.heldout_accuracy_ratio"),
            "inconclusive one_seed_noise_exceeds_margin");
}

TEST(GateSweeps, APointOfAnotherConfigurationUnderItsIdIsSaid) {
  SweepRecord other = seeds({0.5});
  other.points[0].config.scheme = "exact";
  EXPECT_THAT(judged(seeds({0.5}), other).config_differences,
              testing::ElementsAre(R"(points.s0.scheme: "dense" -> "exact")"));
}

}  // namespace
}  // namespace actscope::reports::test
