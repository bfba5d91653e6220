// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/timing_plan.hpp"

#include <gtest/gtest.h>

namespace actscope::reports::test {
namespace {

TEST(TimingPlan, LooksEndAtThreeFifthsOfTheRounds) {
  EXPECT_EQ(looks_of({}), (std::vector<std::int64_t>{8, 12, 18, 24}));
  for (std::int64_t rounds = least_rounds; rounds <= 300; ++rounds) {
    TimingPlan plan;
    plan.rounds = rounds;
    const std::vector<std::int64_t> looks = looks_of(plan);
    EXPECT_EQ(looks.back(), 3 * rounds / 5) << rounds;
    EXPECT_EQ(looks.front() >= first_look_rounds, true) << rounds;
    for (std::size_t i = 1; i < looks.size(); ++i) EXPECT_LT(looks[i - 1], looks[i]) << rounds;
  }
}

TEST(TimingPlan, LooksTogetherSpendTheLevel) {
  for (const std::int64_t rounds : {20, 40, 41, 200, 2000}) {
    TimingPlan plan;
    plan.rounds = rounds;
    double sum = 0;
    for (std::size_t look = 0; look < looks_of(plan).size(); ++look) {
      const double level = level_of_look(plan, look, 0.05);
      EXPECT_GT(level, 0) << rounds;
      sum += level;
    }
    EXPECT_NEAR(sum, 0.05, 1e-15) << rounds;
  }
}

TEST(TimingPlan, ConfirmationHasEnoughRoundsForAllSuspectsAndThenAllThatAreLeft) {
  using Looks = std::vector<std::int64_t>;
  EXPECT_EQ(confirmation_looks({}, 24, 1), (Looks{12, 16}));
  EXPECT_EQ(confirmation_looks({}, 8, 1), (Looks{8, 32}));     // 1/256 is within .005
  EXPECT_EQ(confirmation_looks({}, 8, 100), (Looks{15, 32}));  // 100/32768 is
  EXPECT_EQ(confirmation_looks({}, 24, 2000), (Looks{16}));    // no more than the plan has
  for (std::int64_t rounds = least_rounds; rounds < 60; ++rounds) {
    TimingPlan plan;
    plan.rounds = rounds;  // one metric can be confirmed after every look
    for (const std::int64_t look : looks_of(plan)) {
      EXPECT_GE(confirmation_looks(plan, look, 1).front(), 8) << rounds;
    }
  }
}

TEST(TimingPlan, FalseAlarmsNeedBothBatches) {
  EXPECT_DOUBLE_EQ(false_alarm_bound({}), 0.001);
}

}  // namespace
}  // namespace actscope::reports::test
