// SPDX-License-Identifier: Apache-2.0
// How often the gate is wrong, and what it finds, over gates drawn from rounds that were really
// measured (scripts/gate_campaign). Prints one JSON object.
//
//   actscope_gate_campaign ROUNDS.json GATES CAP equal|slower   gates drawn from the rounds
//   actscope_gate_campaign --time                               1,000 metrics of 30 rounds judged
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "actscope/base/file.hpp"
#include "actscope/base/split_mix.hpp"
#include "actscope/reports/gate/judge_measurement.hpp"

namespace {

using actscope::SplitMix64;
using namespace actscope::reports;

constexpr std::size_t stretch = 4;  // rounds that are drawn together: what lasts stays together

struct Tally {
  int regressed = 0, primary_regressed = 0, improved = 0, same = 0, inconclusive = 0;
  double rounds = 0;
};

// Draws what the rule asks for until it asks for nothing, and judges.
void draw_gate(const GateMeasurement& measured, const TimingPlan& plan, bool is_equal,
               SplitMix64& random, Tally& tally) {
  GateMeasurement gate = measured;
  gate.rounds.clear();
  std::size_t drawn = 0, at = 0;
  for (TimingStep step = next_rounds(gate, plan, {}, {}); step.rounds > 0;
       step = next_rounds(gate, plan, {}, {})) {
    for (std::int64_t i = 0; i < step.rounds; ++i) {
      if (drawn++ % stretch == 0) at = random.below(measured.rounds.size());
      MeasuredRound round = measured.rounds[at++ % measured.rounds.size()];
      round.batch = static_cast<std::int64_t>(step.batch);
      if (is_equal && random.below(2) == 1) std::swap(round.baseline, round.candidate);
      gate.rounds.push_back(std::move(round));
    }
  }
  const GateResult result =
      judge_measurement(gate, plan, std::nullopt, {"baseline", "candidate"}, {}, "2026-12-01");
  tally.rounds += static_cast<double>(gate.rounds.size());
  tally.regressed += result.verdict == GateVerdict::regressed ? 1 : 0;
  for (const GateRow& row : result.rows) {
    if (!row.is_primary) continue;
    tally.primary_regressed += row.verdict == GateVerdict::regressed ? 1 : 0;
    tally.improved += row.verdict == GateVerdict::improved ? 1 : 0;
    tally.same += row.verdict == GateVerdict::same ? 1 : 0;
    tally.inconclusive += row.verdict == GateVerdict::inconclusive ? 1 : 0;
  }
}

int campaign(const char* file, int gates, std::int64_t cap, bool is_equal) {
  const GateMeasurement measured = read_rounds_document(actscope::read_file(file), file);
  TimingPlan plan;
  plan.rounds = cap;
  SplitMix64 random(20261201);
  Tally tally;
  for (int gate = 0; gate < gates; ++gate) draw_gate(measured, plan, is_equal, random, tally);
  std::printf(
      "{\"gates\": %d, \"cap\": %d, \"measured_rounds\": %zu, \"metrics\": %zu, \"regressed\": %d, "
      "\"primary_regressed\": %d, \"primary_improved\": %d, \"primary_same\": %d, "
      "\"primary_inconclusive\": %d, \"mean_rounds\": %.1f}\n",
      gates, static_cast<int>(cap), measured.rounds.size(), measured.metrics.size(),
      tally.regressed, tally.primary_regressed, tally.improved, tally.same, tally.inconclusive,
      tally.rounds / gates);
  return 0;
}

int time_a_thousand_metrics() {
  GateMeasurement measurement;
  SplitMix64 random(1);
  measurement.rounds.resize(30);
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "layers." + std::to_string(i) + ".total_s";
    measurement.metrics.push_back({name, MetricClass::timing, Wanted::fewer, i == 0, 0});
    for (std::size_t round = 0; round < 30; ++round) {
      measurement.rounds[round].batch = round < 18 ? 0 : 1;
      measurement.rounds[round].baseline.values[name] = 1 + 0.2 * random.uniform();
      measurement.rounds[round].candidate.values[name] = 1 + 0.2 * random.uniform();
    }
  }
  TimingPlan plan;
  plan.rounds = 30;
  const auto begin = std::chrono::steady_clock::now();
  const GateResult result =
      judge_measurement(measurement, plan, std::nullopt, {"a", "b"}, {}, "2026-12-01");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  std::printf("{\"metrics\": %zu, \"rounds\": 30, \"judged_in_s\": %.3f}\n", result.rows.size(),
              taken.count());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 2 && std::string(arguments[1]) == "--time") return time_a_thousand_metrics();
    if (count == 5) {
      return campaign(arguments[1], std::max(1, std::atoi(arguments[2])), std::atoi(arguments[3]),
                      std::string(arguments[4]) == "equal");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gate_campaign: %s\n", error.what());
    return 3;
  }
  std::fprintf(stderr, "usage: actscope_gate_campaign ROUNDS GATES CAP equal|slower, or --time\n");
  return 2;
}
