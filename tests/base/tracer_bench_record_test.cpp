// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/tracer_bench_record.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

const auto of = [](double value) { return Measured<double>::of(value); };
const auto none = Measured<double>::missing("none");

TEST(Judged, TheWholeIntervalDecides) {
  EXPECT_EQ(judged({of(1.01), of(1.0), of(1.02)}, of(1.02)), GoalVerdict::met);
  EXPECT_EQ(judged({of(1.05), of(1.03), of(1.07)}, of(1.02)), GoalVerdict::missed);
  EXPECT_EQ(judged({of(1.01), of(1.0), of(1.03)}, of(1.02)), GoalVerdict::undecided);
  EXPECT_EQ(judged({of(1.03), of(1.02), of(1.04)}, of(1.02)), GoalVerdict::undecided);
}

TEST(Judged, WithoutIntervalTheFigureDecides) {
  EXPECT_EQ(judged({of(1.02), none, none}, of(1.02)), GoalVerdict::met);
  EXPECT_EQ(judged({of(1.03), none, none}, of(1.02)), GoalVerdict::missed);
}

TEST(Judged, NothingIsJudgedWithoutGoalOrFigure) {
  EXPECT_EQ(judged({of(9), of(9), of(9)}, none), GoalVerdict::none);
  EXPECT_EQ(judged({none, none, none}, of(1)), GoalVerdict::none);
}

TEST(NamesOf, VerdictsAndKinds) {
  EXPECT_STREQ(name_of(GoalVerdict::none), "none");
  EXPECT_STREQ(name_of(GoalVerdict::met), "met");
  EXPECT_STREQ(name_of(GoalVerdict::missed), "missed");
  EXPECT_STREQ(name_of(GoalVerdict::undecided), "undecided");
  EXPECT_STREQ(name_of(TracerKind::level), "level");
  EXPECT_STREQ(name_of(TracerKind::rival), "rival");
}

}  // namespace
}  // namespace actscope
