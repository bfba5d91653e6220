// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/judge_measurement.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "gate/made_rounds.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

GateResult judged(const GateMeasurement& measurement, const GatePolicy& policy = {},
                  const std::optional<NoiseRecord>& noise = std::nullopt) {
  return judge_measurement(measurement, {}, noise, {"baseline", "candidate"}, policy, today);
}

bool has_note(const GateResult& result, const std::string& part) {
  return std::ranges::any_of(
      result.notes, [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

TEST(JudgeMeasurement, AskForWhatTheRuleAsksFor) {
  EXPECT_EQ(next_rounds(empty_measurement(), {}, {}, {}).rounds, 8);
  EXPECT_EQ(next_rounds(drawn_measurement(1, 8, 0), {}, {}, {}).rounds, 0);
  EXPECT_EQ(next_rounds(drawn_measurement(1.2, 8, 0), {}, {}, {}).batch, 1U);
  EXPECT_EQ(next_rounds(drawn_measurement(1.2, 8, 8), {}, {}, {}).rounds, 0);
}

TEST(JudgeMeasurement, SlowerTwiceRegresses) {
  const GateResult result = judged(drawn_measurement(1.2, 8, 8));
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "step_time_s"), "regressed slower");
  EXPECT_EQ(outcome(result, "saved_bytes"), "same equal");
  const GateRow& row = *find_row(result, "step_time_s");
  EXPECT_TRUE(row.is_primary);
  EXPECT_EQ(row.rounds, 16);
  EXPECT_TRUE(fails_gate(row));
  EXPECT_EQ(result.timing->rounds, 16);
  EXPECT_EQ(result.timing->confirmation_rounds, 8);
  EXPECT_DOUBLE_EQ(result.timing->false_alarm_bound_ratio, 0.001);
  EXPECT_TRUE(has_note(result, "was not measured"));
}

TEST(JudgeMeasurement, BytesAreJudgedToTheByte) {
  const GateResult result = judged(drawn_measurement(1, 8, 0, 0.001, 101));
  EXPECT_EQ(outcome(result, "saved_bytes"), "regressed more_bytes");
  EXPECT_EQ(outcome(result, "step_time_s"), "same within_noise_band");
}

// A count that jitters is none: it is judged as times are, and so little is the same.
TEST(JudgeMeasurement, ACountThatVariesIsJudgedAsATime) {
  GateMeasurement measurement = drawn_measurement(1, 8, 0, 0.001);
  for (std::size_t i = 0; i < 8; ++i) {
    measurement.rounds[i].baseline.values["saved_bytes"] = 1e9 + static_cast<double>(37 * i % 11);
    measurement.rounds[i].candidate.values["saved_bytes"] = 1e9 + static_cast<double>(53 * i % 13);
  }
  const GateRow row = *find_row(judged(measurement), "saved_bytes");
  EXPECT_EQ(row.kind, MetricClass::timing);
  EXPECT_EQ(row.verdict, GateVerdict::same);
  EXPECT_FALSE(row.is_primary);
}

TEST(JudgeMeasurement, OpenPrimaryTimesLeaveTheGateOpen) {
  const GateResult result = judged(drawn_measurement(1, 24, 0, 0.05));
  EXPECT_EQ(outcome(result, "step_time_s"), "inconclusive noise_exceeds_band");
  EXPECT_EQ(result.verdict, GateVerdict::inconclusive);
  EXPECT_TRUE(leaves_open(*find_row(result, "step_time_s")));
}

TEST(JudgeMeasurement, WhatThePolicyIgnoresIsNeitherJudgedNorWaitedFor) {
  GatePolicy policy;
  policy.ignore = {"step_time_s"};
  const GateMeasurement measurement = drawn_measurement(2, 8, 0);
  EXPECT_EQ(next_rounds(measurement, {}, policy, {}).rounds, 0);
  EXPECT_EQ(judged(measurement, policy).verdict, GateVerdict::same);
}

TEST(JudgeMeasurement, AMetricOfOneSideIsNewOrMissing) {
  GateMeasurement measurement = drawn_measurement(1, 8, 0, 0.001);
  add_metrics(measurement, {{"old_bytes", MetricClass::exact, Wanted::fewer, false, 0},
                            {"new_s", MetricClass::timing, Wanted::fewer, true, 0},
                            {"step_time_s", MetricClass::exact, Wanted::more, false, 0}});
  ASSERT_EQ(measurement.metrics.size(), 4U);  // the last was known
  for (MeasuredRound& round : measurement.rounds) {
    round.baseline.values["old_bytes"] = 5;
    round.candidate.values["new_s"] = 5;
  }
  const GateResult result = judged(measurement);
  EXPECT_EQ(outcome(result, "old_bytes"), "missing missing_in_candidate");
  EXPECT_EQ(outcome(result, "new_s"), "new new_metric");
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
}

TEST(JudgeMeasurement, ANumberThatComesAndGoesIsNotJudged) {
  GateMeasurement measurement = drawn_measurement(1, 8, 0, 0.001);
  measurement.rounds[3].candidate.values.erase("step_time_s");
  EXPECT_EQ(outcome(judged(measurement), "step_time_s"), "inconclusive not_finite");
}

TEST(JudgeMeasurement, FailedRoundsAreLeftOutAndTold) {
  GateMeasurement measurement = drawn_measurement(1, 9, 0, 0.001);
  measurement.rounds[2].candidate = {{}, "the command failed [exit code 1]"};
  const GateResult one_sided = judged(measurement);
  EXPECT_EQ(outcome(one_sided, "step_time_s"), "inconclusive unequal_failures");
  EXPECT_EQ(one_sided.timing->failed_rounds, 1);
  EXPECT_TRUE(has_note(one_sided, "exit code 1"));
  measurement.rounds[2].baseline = measurement.rounds[2].candidate;
  EXPECT_EQ(outcome(judged(measurement), "step_time_s"), "same within_noise_band");
  for (MeasuredRound& round : measurement.rounds) round.baseline = {{}, "no"};
  EXPECT_THROW((void)judged(measurement), RunError);
}

TEST(JudgeMeasurement, NoiseOfAnotherEnvironmentMakesTimesAdvisory) {
  const GateMeasurement measurement = drawn_measurement(1.2, 8, 8);
  NoiseRecord noise;
  noise.environment = measurement.environment;
  noise.environment_sha256 = environment_sha256(noise.environment);
  EXPECT_EQ(judged(measurement, {}, noise).verdict, GateVerdict::regressed);
  noise.metrics = {{"step_time_s", true, 0.1, 0.5}};  // a band that holds the difference
  EXPECT_EQ(outcome(judged(measurement, {}, noise), "step_time_s"), "same within_noise_band");
  noise.metrics.clear();
  noise.environment.cpu = "another processor";
  noise.environment_sha256 = environment_sha256(noise.environment);
  const GateResult elsewhere = judged(measurement, {}, noise);
  EXPECT_EQ(outcome(elsewhere, "step_time_s"), "regressed slower");
  EXPECT_TRUE(find_row(elsewhere, "step_time_s")->is_advisory);
  EXPECT_NE(elsewhere.verdict, GateVerdict::regressed);
  EXPECT_TRUE(has_note(elsewhere, "another environment"));
  EXPECT_EQ(elsewhere.environment_differences.size(), 1U);
}

TEST(JudgeMeasurement, TellsWhatDisturbedTheRounds) {
  GateMeasurement measurement = drawn_measurement(1, 8, 0, 0.001);
  EXPECT_TRUE(load_notes(measurement.rounds).empty());
  for (MeasuredRound& round : measurement.rounds) {
    round.load.steal_ratio = 0.03;
    round.load.foreign_ratio = 0.5;
    round.load.waiting_ratio = 0.4;
    round.load.frequency_hz = 2e9;
  }
  measurement.rounds[0].load.frequency_hz = 3e9;
  EXPECT_EQ(load_notes(measurement.rounds).size(), 4U);
  EXPECT_TRUE(has_note(judged(measurement), "50.0 %"));
}

TEST(JudgeMeasurement, IsWrittenReadAndShown) {
  const GateResult result = judged(drawn_measurement(1.2, 8, 8));
  const std::string text = write_gate_document(result);
  const GateResult again = read_gate_document(text, "t");
  EXPECT_EQ(write_gate_document(again), text);
  EXPECT_EQ(again.timing->planned_rounds, 40);
  EXPECT_NE(gate_text(result).find("16 of at most 40 rounds"), std::string::npos);
  EXPECT_NE(gate_text(result).find("slower, between +"), std::string::npos) << gate_text(result);
  EXPECT_NE(gate_markdown(result).find("| step_time_s | timing | regressed |"), std::string::npos);
  EXPECT_NE(gate_junit(result).find("failure type=\"slower\""), std::string::npos);
}

}  // namespace
}  // namespace actscope::reports::test
