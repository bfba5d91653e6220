// SPDX-License-Identifier: Apache-2.0
// Documents and text of what gate run and gate noise measure, with numbers that no library rounds.
#include <gtest/gtest.h>

#include <limits>

#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/noise.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "golden_support.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

GateMeasurement golden_measurement() {
  GateMeasurement measurement;
  measurement.baseline_command = "./old";
  measurement.candidate_command = "./new";
  measurement.seed = 7;
  measurement.warm_ups = 1;
  measurement.environment = small_run().environment;
  measurement.metrics = {
      {"step_time_s", MetricClass::timing, Wanted::fewer, true, 0},
      {"heldout_accuracy_ratio", MetricClass::learning, Wanted::more, false, 32}};
  MeasuredRound round;
  round.baseline.values = {{"step_time_s", 0.25}, {"heldout_accuracy_ratio", 0.5}};
  round.candidate.values = {{"step_time_s", std::numeric_limits<double>::quiet_NaN()}};
  round.load = {2.5, 0.125, 0.5, 0.25, 2e9};
  measurement.rounds.push_back(round);
  round.batch = 1;
  round.is_candidate_first = true;
  round.candidate = {{}, "candidate: the command failed [exit code 1]"};
  round.load = {2.5, {}, {}, {}, {}};
  measurement.rounds.push_back(round);
  return measurement;
}

NoiseRecord golden_noise() {
  NoiseRecord noise;
  noise.command = "./train <tag>";
  noise.environment = small_run().environment;
  noise.environment_sha256 = std::string(64, 'a');
  noise.rounds = 40;
  noise.round_time_s = 2.5;
  noise.metrics = {{"step_time_s", true, 0.03125, 0.0125},
                   {"process.wall_s", false, 0.0625, 0.025}};
  noise.gates = 299;
  noise.false_alarm_rate_high = 0.0078125;
  noise.detectable_ratio = Measured<double>::of(1.03125);
  noise.notes = {"other processes took so much of the cores' time: 12.5 %"};
  return noise;
}

GateResult golden_measured_result() {
  GateResult result;
  result.baseline_name = "baseline";
  result.candidate_name = "candidate";
  result.verdict = GateVerdict::regressed;
  GateRow slower{
      "step_time_s",
      MetricClass::timing,
      GateVerdict::regressed,
      "slower",
      "12.50 % slower, between +6.25 % and +18.75 %; the noise band is 1.00 % (8 + 8 rounds)",
      "",
      0.25,
      0.28125,
      1.125,
      1.0625,
      1.1875};
  slower.is_primary = true;
  slower.rounds = 16;
  slower.p_value = 0.00390625;
  GateRow elsewhere = slower;
  elsewhere.metric = "process.wall_s";
  elsewhere.is_primary = false;
  elsewhere.is_advisory = true;
  result.rows = {slower, elsewhere};
  result.timing = GateTiming{"./old", "./new", 16, 8, 1, 40, 0.0078125, 0.0009765625};
  return result;
}

TEST(GoldenMeasurement, Rounds) {
  const std::string text = write_rounds_document(golden_measurement());
  expect_golden("rounds.json", text);
  EXPECT_EQ(write_rounds_document(read_rounds_document(text, "t")), text);
}

TEST(GoldenMeasurement, Noise) {
  const std::string text = write_noise_document(golden_noise());
  expect_golden("noise.json", text);
  EXPECT_EQ(write_noise_document(read_noise_document(text, "t")), text);
  expect_golden("noise.txt", noise_text(golden_noise()));
}

TEST(GoldenMeasurement, Gate) {
  const std::string text = write_gate_document(golden_measured_result());
  expect_golden("gate_measured.json", text);
  EXPECT_EQ(write_gate_document(read_gate_document(text, "t")), text);
  expect_golden("gate_measured.txt", gate_text(golden_measured_result()));
}

}  // namespace
}  // namespace actscope::reports::test
