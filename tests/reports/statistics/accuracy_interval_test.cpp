// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/statistics/accuracy_interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace actscope::reports::test {
namespace {

TEST(AccuracyInterval, IsClopperAndPearsons) {
  // Ends by hand: (1 − c)^(1/n) where all are right; the tables of 1934 for 5 of 10.
  EXPECT_NEAR(accuracy_interval(1, 2, 0.95).low, std::sqrt(0.05), 1e-9);
  EXPECT_EQ(accuracy_interval(1, 2, 0.95).high, 1);
  EXPECT_EQ(accuracy_interval(0, 32, 0.95).low, 0);
  EXPECT_NEAR(accuracy_interval(0, 32, 0.95).high, 1 - std::pow(0.05, 1.0 / 32), 1e-9);
  EXPECT_NEAR(accuracy_interval(0.5, 10, 0.975).low, 0.1871, 1e-4);
  EXPECT_NEAR(accuracy_interval(0.5, 10, 0.975).high, 0.8129, 1e-4);
}

TEST(AccuracyInterval, GoesOnAsWilsonsBeyondAMillionImages) {
  const Interval exact = accuracy_interval(0.9, 1'000'000, 0.975);
  const Interval score = accuracy_interval(0.9, 1'000'001, 0.975);
  EXPECT_NEAR(exact.low, score.low, 2e-6);
  EXPECT_NEAR(exact.high, score.high, 2e-6);
  EXPECT_LT(accuracy_interval(1, 9'007'199'254'740'992, 0.975).low, 1);
  EXPECT_EQ(accuracy_interval(1.5, 10, 0.975).high, 1);
}

TEST(DifferenceInterval, KnowsNothingFromTwoImages) {
  const AccuracyPair pair{1, 0, 2, 2};
  const Interval interval = difference_interval({&pair, 1}, 0.95).value();
  EXPECT_EQ(interval.low, -1);
  EXPECT_GT(interval.high, 0);
}

TEST(DifferenceInterval, OneImageOf32OnBothSeedsIsNoCertainty) {
  const std::vector<AccuracyPair> seeds(2, {30.0 / 32, 29.0 / 32, 32, 32});
  const Interval interval = difference_interval(seeds, 0.95).value();
  EXPECT_LT(interval.low, -0.1);
  EXPECT_GE(interval.high, -0.01);
}

TEST(DifferenceInterval, OfEqualSeedsIsAsWideAsTheImagesLeaveIt) {
  const std::vector<AccuracyPair> few(3, {0.75, 0.75, 32, 32}), many(3, {0.75, 0.75, 10000, 10000});
  EXPECT_GT(difference_interval(few, 0.95)->high, 0.08);
  EXPECT_LT(difference_interval(many, 0.95)->high, 0.0005);
}

TEST(DifferenceInterval, IsStudentsWhereImagesAreMany) {
  // Differences −.01, −.012, −.014 on 10⁶ images: t(2, .95) = 2.91999, error .0011547.
  const std::vector<AccuracyPair> seeds{{0.9, 0.89, 1000000, 1000000},
                                        {0.9, 0.888, 1000000, 1000000},
                                        {0.9, 0.886, 1000000, 1000000}};
  EXPECT_NEAR(difference_interval(seeds, 0.95)->low, -0.012 - 2.91999 * 0.0011547, 1e-5);
}

TEST(DifferenceInterval, OtherImagesInEachArmLeaveTheirNoiseHoweverManySeeds) {
  const std::vector<AccuracyPair> shared(9, {0.8, 0.8, 1000, 1000}), own(9, {0.8, 0.8, 1000, 999});
  EXPECT_GT(difference_interval(own, 0.95)->high, 5 * difference_interval(shared, 0.95)->high);
}

TEST(DifferenceInterval, WithoutCountsIsOfSeedsThatDifferAlone) {
  const AccuracyPair one{0.8, 0.7, 0, 0};
  EXPECT_FALSE(difference_interval({&one, 1}, 0.95));
  EXPECT_FALSE(difference_interval(std::vector<AccuracyPair>(2, one), 0.95));
  EXPECT_TRUE(difference_interval(std::vector<AccuracyPair>{one, {0.8, 0.72, 0, 0}}, 0.95));
  EXPECT_FALSE(difference_interval({}, 0.95));
  const AccuracyPair none{NAN, 0.5, 10, 10};
  EXPECT_FALSE(difference_interval({&none, 1}, 0.95));
}

TEST(MeanAccuracyInterval, HoldsSeedsAndImages) {
  const std::vector<double> equal{0.8, 0.8}, apart{0.7, 0.9};
  EXPECT_GT(mean_accuracy_interval(equal, 100, 0.975)->half_width(0.8), 0.08);
  EXPECT_GT(mean_accuracy_interval(apart, 100, 0.975)->half_width(0.8), 0.7);
  EXPECT_FALSE(mean_accuracy_interval(equal, 0, 0.975));
  EXPECT_TRUE(mean_accuracy_interval(apart, 0, 0.975));
  EXPECT_FALSE(mean_accuracy_interval({}, 10, 0.975));
}

}  // namespace
}  // namespace actscope::reports::test
