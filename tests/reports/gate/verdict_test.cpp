// SPDX-License-Identifier: Apache-2.0
// What a policy leaves out and waives, the order of rows, the verdict of all rows together.
#include <gmock/gmock.h>

#include <cmath>

#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RunRecord worse() {
  return small_run("exact", 601);
}

GatePolicy waiving(const std::string& metric, const std::string& expires) {
  GatePolicy policy;
  policy.waivers = {{metric, "known", expires}};
  return policy;
}

TEST(GateVerdicts, WhatThePolicyIgnoresIsCountedAndNotJudged) {
  GatePolicy policy;
  policy.ignore = {"*_bytes"};
  const GateResult result = judged(small_run(), worse(), policy);
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "saved_bytes"), "no such row");
  EXPECT_EQ(result.ignored, 8);  // six of the summary, two of the slot
  policy.ignore = {"*"};
  EXPECT_THAT(judged(small_run(), worse(), policy).rows, IsEmpty());
}

TEST(GateVerdicts, AWaiverHoldsUpToItsLastDay) {
  const GateResult held = judged(small_run(), worse(), waiving("*_bytes", today));
  EXPECT_EQ(held.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(held, "saved_bytes"), "regressed more_bytes");
  EXPECT_EQ(find_row(held, "saved_bytes")->waiver, "known (until 2026-06-15)");
  EXPECT_THAT(held.notes, IsEmpty());
  const GateResult over = judged(small_run(), worse(), waiving("*_bytes", "2026-06-14"));
  EXPECT_EQ(over.verdict, GateVerdict::regressed);
  EXPECT_THAT(over.notes, ElementsAre(HasSubstr("expired on 2026-06-14")));
}

TEST(GateVerdicts, AWaiverForOneMetricLeavesTheOthers) {
  const GateResult result = judged(small_run(), worse(), waiving("saved_bytes", "2027-01-01"));
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_TRUE(fails_gate(*find_row(result, "peak_bytes")));
  EXPECT_FALSE(fails_gate(*find_row(result, "saved_bytes")));
}

TEST(GateVerdicts, AWaiverThatLetsNothingPassCanGo) {
  EXPECT_THAT(judged(small_run(), small_run(), waiving("saved_bytes", "2027-01-01")).notes,
              ElementsAre(HasSubstr("it can go")));
}

TEST(GateVerdicts, AFailedCandidateIsNotWaivedNorIsAMissingMetricOverlooked) {
  RunRecord failed = small_run();
  failed.status = RunStatus::failed;
  EXPECT_EQ(judged(small_run(), failed, waiving("*", "2027-01-01")).verdict, GateVerdict::failed);
  RunRecord lacking = small_run();
  lacking.layers[1].slots.clear();
  EXPECT_EQ(judged(small_run(), lacking).verdict, GateVerdict::regressed);
  EXPECT_EQ(judged(small_run(), lacking, waiving("layers.*", "2027-01-01")).verdict,
            GateVerdict::same);
}

TEST(GateVerdicts, RegressedBeforeInconclusiveBeforeImproved) {
  RunRecord run = small_run("exact", 599);
  EXPECT_EQ(judged(small_run(), run).verdict, GateVerdict::improved);
  run.summary.heldout_accuracy_ratio = Measured<double>::of(0.80);
  EXPECT_EQ(judged(small_run(), run).verdict, GateVerdict::inconclusive);
  run.summary.workspace_bytes += 1;
  EXPECT_EQ(judged(small_run(), run).verdict, GateVerdict::regressed);
}

TEST(GateVerdicts, TheWorstRowsComeFirst) {
  const GateResult result = judged(small_run(), changed_run());
  std::vector<std::string> order;
  for (const GateRow& row : result.rows) {
    const std::string state = fails_gate(row)    ? "fails"
                              : leaves_open(row) ? "open"
                                                 : name_of(row.verdict);
    if (order.empty() || order.back() != state) order.push_back(state);
  }
  EXPECT_THAT(order, ElementsAre("fails", "open", "inconclusive", "new", "improved", "same"));
  const auto distance = [&](int row) { return std::abs(std::log(*result.rows[row].ratio)); };
  EXPECT_GE(distance(0), distance(1));
}

}  // namespace
}  // namespace actscope::reports::test
