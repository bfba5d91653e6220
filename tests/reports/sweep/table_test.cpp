// SPDX-License-Identifier: Apache-2.0
#include "sweep/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

// Two seeds of dense and of one pruned configuration.
SweepRecord two_seeds(double pruned_accuracy_ratio) {
  SweepRecord sweep;
  for (const std::int64_t seed : {0, 1}) {
    for (const char* scheme : {"dense", "int4-bsr"}) {
      const bool is_dense = std::string_view(scheme) == "dense";
      RunRecord run = small_run(scheme, is_dense ? 1000 : 250);
      run.config.seed = seed;
      const double drift = static_cast<double>(seed) * 0.02;
      run.summary.heldout_accuracy_ratio =
          Measured<double>::of((is_dense ? 0.8 : pruned_accuracy_ratio) + drift);
      SweepPointRecord point;
      point.id = scheme + std::to_string(seed);
      point.role = is_dense ? PointRole::baseline : PointRole::grid;
      point.status = PointStatus::done;
      point.config = run.config;
      point.summary = run.summary;
      point.heldout_samples = 100;
      sweep.points.push_back(point);
    }
  }
  return sweep;
}

TEST(SweepGroups, KnowThePlacesOfTheirPoints) {
  const auto groups = sweep_groups(two_seeds(0.8));
  EXPECT_THAT(groups[0].places, testing::ElementsAre(0, 2));
  EXPECT_THAT(groups[1].places, testing::ElementsAre(1, 3));
}

TEST(SweepGroups, AreNotComparedWithADenseRunOfOtherData) {
  const std::vector<std::string> same{"one", "one", "two", "two"};
  EXPECT_TRUE(sweep_groups(two_seeds(0.8), same)[1].why_not_compared.empty());
  const std::vector<std::string> other{"one", "two", "one", "two"};
  const SweepGroup pruned = sweep_groups(two_seeds(0.8), other)[1];
  EXPECT_FALSE(pruned.why_not_compared.empty());
  EXPECT_FALSE(pruned.accuracy_difference_ratio.mean);
}

TEST(ChosenGroup, StaysWithinTheLimits) {
  SweepRecord sweep = two_seeds(0.795);
  for (SweepPointRecord& point : sweep.points) {
    const bool is_dense = point.role == PointRole::baseline;
    point.summary->step_time_s = Measured<double>::of(is_dense ? 1 : 1.2);
    point.summary->peak_bytes = Measured<std::int64_t>::of(is_dense ? 1000 : 400);
  }
  const auto groups = sweep_groups(sweep);
  EXPECT_EQ(chosen_group(groups, {}), &groups[1]);
  EXPECT_EQ(chosen_group(groups, {0.004}), nullptr);
  EXPECT_EQ(chosen_group(groups, {0.01, 1.1}), nullptr);
  EXPECT_EQ(chosen_group(groups, {0.01, 1.3}), &groups[1]);
  EXPECT_EQ(chosen_group(groups, {0.01, {}, 0.3}), nullptr);
  EXPECT_EQ(chosen_group(groups, {0.01, {}, 0.4}), &groups[1]);
}

TEST(SweepGroups, OfNothingAreNone) {
  EXPECT_TRUE(sweep_groups({}).empty());
  EXPECT_THAT(choice_text({}), HasSubstr("No configuration"));
}

TEST(SweepGroups, TakeSeedsTogetherAndCompareWithDenseOfTheSameSeed) {
  const auto groups = sweep_groups(two_seeds(0.795));
  ASSERT_EQ(groups.size(), 2u);
  const SweepGroup& pruned = groups[1];
  EXPECT_EQ(pruned.points, 2);
  EXPECT_EQ(pruned.done, 2);
  EXPECT_DOUBLE_EQ(*pruned.saved_of_dense_ratio.mean, 0.25);
  EXPECT_NEAR(*pruned.accuracy_ratio.mean, 0.805, 1e-12);
  // Student's interval over two seeds, and that of as many images as there are.
  EXPECT_GT(pruned.accuracy_ratio.interval->half_width(0.805), 12.7 * 0.01);
  // Seeds drift by two points; the difference within a seed does not.
  EXPECT_NEAR(*pruned.accuracy_difference_ratio.mean, -0.005, 1e-12);
  // A hundred images leave that uncertain.
  EXPECT_GT(pruned.accuracy_difference_ratio.interval->half_width(-0.005), 0.03);
  EXPECT_FALSE(groups[0].accuracy_difference_ratio.interval);  // dense against itself
  EXPECT_TRUE(groups[0].is_reference);
}

TEST(SweepGroups, TheChoiceKeepsAccuracyFirst) {
  EXPECT_EQ(chosen_group(sweep_groups(two_seeds(0.78)), {}), nullptr);
  const auto groups = sweep_groups(two_seeds(0.795));
  ASSERT_NE(chosen_group(groups, {}), nullptr);
  EXPECT_THAT(choice_text(groups), HasSubstr("4.00x fewer kept"));
}

TEST(SweepGroups, WhatIsComparedWithMayBeTheChoice) {
  SweepRecord sweep = two_seeds(0.795);
  for (const std::size_t i : {1, 3}) {  // baselines with half the bytes, beside the grid
    SweepPointRecord other = sweep.points[i];
    other.id += "-beside";
    other.role = PointRole::baseline;
    other.config.scheme = "int4";
    other.summary->saved_bytes = Measured<std::int64_t>::of(125);
    sweep.points.push_back(other);
  }
  const auto groups = sweep_groups(sweep);
  ASSERT_NE(chosen_group(groups, {}), nullptr);
  EXPECT_THAT(chosen_group(groups, {})->name, HasSubstr("int4 "));
}

TEST(SweepGroups, AFailedSeedIsNoChoice) {
  SweepRecord sweep = two_seeds(0.8);
  sweep.points[3].status = PointStatus::failed;
  sweep.points[3].reason = "diverged";
  sweep.points[3].summary.reset();
  const auto groups = sweep_groups(sweep);
  EXPECT_EQ(groups[1].failed, 1);
  EXPECT_EQ(groups[1].reason, "diverged");
  EXPECT_EQ(chosen_group(groups, {}), nullptr);
  EXPECT_THAT(sweep_table(groups).text(), HasSubstr("1/2, 1 failed"));
  bool is_told = false;
  for (const std::string& line : sweep_remarks(sweep, groups)) {
    is_told |= line.find("diverged") != std::string::npos;
  }
  EXPECT_TRUE(is_told);
}

TEST(SweepGroups, WhatIsNotTheUsualTellsConfigurationsApart) {
  SweepRecord sweep = two_seeds(0.8);
  for (std::size_t i : {1, 3}) {
    SweepPointRecord other = sweep.points[i];
    other.config.select = "column";
    sweep.points.push_back(other);
    other.config.select = "panel";
    other.config.learning_rate = 0.5;
    sweep.points.push_back(other);
  }
  const auto groups = sweep_groups(sweep);
  ASSERT_EQ(groups.size(), 4u);
  EXPECT_THAT(groups[2].name, HasSubstr(" column"));
  EXPECT_THAT(groups[3].name, HasSubstr("learning_rate"));
  EXPECT_THAT(groups[1].name, testing::Not(HasSubstr("learning_rate")));
  EXPECT_TRUE(groups[2].accuracy_difference_ratio.mean.has_value());
  EXPECT_FALSE(groups[3].accuracy_difference_ratio.mean.has_value());  // no dense run learned so
  EXPECT_EQ(groups[3].why_not_compared, "no dense run trains alike (learning_rate: 0.001 -> 0.5)");
  EXPECT_THAT(sweep_remarks(sweep, groups),
              testing::Contains(HasSubstr("trains alike (learning_rate")));
}

TEST(SweepGroups, TheLeastDifferenceIsStudentsOneSidedBound) {
  SweepRecord sweep = two_seeds(0.79);
  sweep.points[3].summary->heldout_accuracy_ratio = Measured<double>::of(0.79 + 0.02 + 0.002);
  for (SweepPointRecord& point : sweep.points) point.heldout_samples = 1'000'000'000;
  const SweepGroup pruned = sweep_groups(sweep)[1];
  // Differences -0.010 and -0.008: mean -0.009, standard error 0.001, t(1, 95 %) = 6.313752.
  EXPECT_NEAR(*pruned.least_difference_ratio, -0.009 - 6.313752 * 0.001, 1e-5);
}

TEST(SweepGroups, AreComparedWithTheDensePointThatTrainedAlike) {
  SweepRecord sweep = two_seeds(0.79);
  for (const std::size_t i : {0, 2}) {  // dense runs that learn less, after the others
    SweepPointRecord other = sweep.points[i];
    other.id += "-lamb";
    other.config.optimizer = "lamb";
    other.summary->heldout_accuracy_ratio = Measured<double>::of(0.3);
    sweep.points.push_back(other);
  }
  SweepPointRecord changed = sweep.points[0];  // named dense, and keeps less
  changed.id = "dense-h";
  changed.config.slot_overrides = {"blocks.*.h=int8"};
  sweep.points.insert(sweep.points.begin(), changed);
  const auto groups = sweep_groups(sweep);
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_NEAR(*groups[2].accuracy_difference_ratio.mean, -0.01, 1e-12);
  EXPECT_FALSE(groups[0].is_reference);
  EXPECT_TRUE(groups[3].is_reference);
}

TEST(SweepGroups, WithoutDenseThereIsNothingToCompareWith) {
  SweepRecord sweep = two_seeds(0.8);
  std::erase_if(sweep.points,
                [](const SweepPointRecord& point) { return point.config.scheme == "dense"; });
  const auto groups = sweep_groups(sweep);
  EXPECT_FALSE(groups[0].saved_of_dense_ratio.mean.has_value());
  EXPECT_EQ(chosen_group(groups, {1}), nullptr);
  EXPECT_THAT(sweep_table(groups).text(), HasSubstr("n/a"));
}

}  // namespace
}  // namespace actscope::reports::test
