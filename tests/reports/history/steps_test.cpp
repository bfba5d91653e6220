// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/steps.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

std::vector<double> row(std::initializer_list<std::pair<int, double>> parts) {
  std::vector<double> values;
  for (const auto& [count, value] : parts)
    values.insert(values.end(), static_cast<std::size_t>(count), value);
  return values;
}

std::vector<std::size_t> places(std::span<const double> values, double least = 0) {
  std::vector<std::size_t> found;
  for (const FoundStep& step : find_steps(values, least, {})) found.push_back(step.at);
  return found;
}

using Places = std::vector<std::size_t>;

TEST(Steps, OfNothingAndOfWhatIsConstantThereAreNone) {
  EXPECT_EQ(places({}), Places());
  EXPECT_EQ(places(row({{1, 5}})), Places());
  EXPECT_EQ(places(row({{40, 5}})), Places());
}

TEST(Steps, BelowTheFewestValuesNoneIsLookedFor) {
  EXPECT_EQ(places(row({{5, 1}, {6, 2}})), Places());
  EXPECT_EQ(places(row({{6, 1}, {6, 2}})), Places({6}));
}

TEST(Steps, WithoutNoiseStandWhereTheLevelChanges) {
  EXPECT_EQ(places(row({{20, 1}, {10, 2}})), Places({20}));
  EXPECT_EQ(places(row({{20, 1}, {15, 2}, {20, 1}})), Places({20, 35}));
  EXPECT_EQ(places(row({{15, 1}, {15, 2}, {15, 3}, {15, 2}})), Places({15, 30, 45}));
}

TEST(Steps, InNoiseAreFoundWithTheirShift) {
  Noise noise(1);
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(0.02 * noise.normal() + (i >= 40 ? 0.06 : 0));
  const std::vector<FoundStep> steps = find_steps(values, 0.01, {});
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_NEAR(static_cast<double>(steps[0].at), 40, 1);
  EXPECT_LT(steps[0].shift.low, 0.06);
  EXPECT_GT(steps[0].shift.high, 0.06);
  EXPECT_GT(steps[0].shift.low, 0.03);
  EXPECT_LT(steps[0].shift.high, 0.09);
}

TEST(Steps, BeginWhereTheValuesJumpThoughTheNoiseWanders) {
  // The two highest values before the step stand right before it.
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back((i < 25 ? 1 : 1.06) * (1 + 0.005 * std::sin(12.9898 * i + 4.1)));
  }
  EXPECT_EQ(places(values), Places({25}));
}

TEST(Steps, SayWhereElseTheyMayBegin) {
  const std::vector<double> clear = row({{20, 1}, {10, 2}});
  const FoundStep sharp = find_steps(clear, 0, {}).at(0);
  EXPECT_EQ(sharp.earliest, 20U);
  EXPECT_EQ(sharp.latest, 20U);
  // Values that lie between the levels may belong to either.
  std::vector<double> values;
  Noise noise(12);
  for (int i = 0; i < 60; ++i)
    values.push_back(0.1 * noise.normal() + (i < 28 ? 0 : i < 32 ? 1 : 2));
  const FoundStep blurred = find_steps(values, 0, {}).at(0);
  EXPECT_LE(blurred.earliest, 28U);
  EXPECT_GE(blurred.latest, 32U);
  EXPECT_GE(blurred.at, blurred.earliest);
  EXPECT_LE(blurred.at, blurred.latest);
}

TEST(Steps, BelowTheLeastShiftAreNoSteps) {
  std::vector<double> values = row({{20, 1}, {20, 1.005}});
  EXPECT_EQ(places(values, 0.01), Places());
  EXPECT_EQ(places(values, 0.004), Places({20}));
  // A small one beside a large one does not hide it.
  values = row({{20, 1}, {20, 1.005}, {20, 2}});
  EXPECT_EQ(places(values, 0.01), Places({40}));
}

TEST(Steps, OutliersAreNone) {
  std::vector<double> values;
  Noise noise(2);
  for (int i = 0; i < 40; ++i) values.push_back(1 + 0.01 * noise.normal());
  values[7] = 1e9;
  values[8] = 50;
  values[30] = -1e9;
  EXPECT_EQ(places(values, 0.01), Places());
}

TEST(Steps, OfTwoValuesThatTakeTurnsThereAreNone) {
  std::vector<double> values;
  for (int i = 0; i < 50; ++i) values.push_back(i % 2);
  EXPECT_EQ(places(values), Places());
}

TEST(Steps, DoNotDependOnTheUnit) {
  Noise noise(4);
  std::vector<double> values, larger;
  for (int i = 0; i < 50; ++i) {
    values.push_back(noise.normal() + (i >= 25 ? 4 : 0));
    larger.push_back(1024 * values.back());
  }
  EXPECT_EQ(places(values), places(larger));
  EXPECT_EQ(places(values).size(), 1U);
}

TEST(Steps, OfNoiselessFiguresIsEveryChange) {
  EXPECT_TRUE(find_changes({}).empty());
  EXPECT_TRUE(find_changes(row({{9, 7}})).empty());
  const std::vector<FoundStep> steps = find_changes(row({{1, 600}, {2, 601}, {1, 600}}));
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].at, 1U);
  EXPECT_EQ(steps[0].shift.middle, 1);
  EXPECT_EQ(steps[1].at, 3U);
  EXPECT_EQ(steps[1].shift.high, -1);
}

TEST(Shift, OfValuesThatAreEqualButForItIsExact) {
  const Shift shift = shift_between(row({{4, 1}}), row({{6, 3}}), 0.95);
  EXPECT_EQ(shift.low, 2);
  EXPECT_EQ(shift.middle, 2);
  EXPECT_EQ(shift.high, 2);
}

// By hand: U of 4 and 4 values has P(U = 0) = 1/70 and P(U <= 1) = 2/70, above .025. So the
// interval is that of the smallest and the largest difference.
TEST(Shift, OfFourAndFourIsThatOfAllDifferences) {
  const double before[] = {1, 2, 3, 4}, after[] = {11, 12, 13, 14};
  const Shift shift = shift_between(before, after, 0.95);
  EXPECT_EQ(shift.low, 7);
  EXPECT_EQ(shift.middle, 10);
  EXPECT_EQ(shift.high, 13);
}

// Tables of Mann and Whitney: at .05 two-sided, the critical value of 5 and 5 is 2, of 8 and 8 it
// is 13, of 20 and 20 it is 127. So the 3rd, 14th and 128th differences from each end bound the
// shift.
TEST(Shift, HasTheBoundsOfTheTables) {
  for (const auto& [count, outside] : {std::pair{5, 2}, {8, 13}, {20, 127}}) {
    std::vector<double> zeros(static_cast<std::size_t>(count), 0.0), ranks;
    // Differences that are all distinct: j + i / 1000.
    for (int i = 0; i < count; ++i) zeros[static_cast<std::size_t>(i)] = -1e-3 * i;
    for (int j = 0; j < count; ++j) ranks.push_back(j);
    std::vector<double> differences;
    for (const double to : ranks) {
      for (const double from : zeros) differences.push_back(to - from);
    }
    std::ranges::sort(differences);
    const Shift shift = shift_between(zeros, ranks, 0.95);
    EXPECT_EQ(shift.low, differences[static_cast<std::size_t>(outside)]) << count;
    EXPECT_EQ(shift.high, differences[differences.size() - 1 - static_cast<std::size_t>(outside)]);
  }
}

// 21 and 20 values are more pairs than are summed: the approximation goes on where the sum ended.
TEST(Shift, OfManyValuesIsNotFarFromThatOfFewer) {
  Noise noise(6);
  std::vector<double> before, after;
  for (int i = 0; i < 21; ++i) before.push_back(noise.normal());
  for (int i = 0; i < 20; ++i) after.push_back(noise.normal() + 5);
  const Shift many = shift_between(before, after, 0.95);
  const Shift few = shift_between(std::span(before).first(20), after, 0.95);
  EXPECT_NEAR(many.high - many.low, few.high - few.low, 0.15 * (few.high - few.low));
}

}  // namespace
}  // namespace actscope::reports::test
