// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/judge_measurement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "gate/judging.hpp"
#include "gate/measured_times.hpp"
#include "gate/pairing.hpp"
#include "gate/verdict.hpp"

namespace actscope::reports {
namespace {

constexpr double much_steal = 0.01, much_foreign = 0.05, much_waiting = 0.2, much_frequency = 0.1;

GateRow timed_row(const TimedMetric& metric, const TimingJudgement& judgement) {
  GateRow row;
  row.metric = metric.name;
  row.kind = MetricClass::timing;
  row.verdict = judgement.verdict;
  row.reason = judgement.reason;
  row.message = judgement.message;
  row.baseline = judgement.baseline;
  row.candidate = judgement.candidate;
  row.ratio = judgement.ratio;
  row.ratio_low = judgement.ratio_low;
  row.ratio_high = judgement.ratio_high;
  row.is_primary = metric.is_primary;
  row.rounds = judgement.pairs;
  row.p_value = judgement.p_value;
  return row;
}

// Median over the rounds where the system says; nothing where it never does.
std::optional<double> median_load(const std::vector<MeasuredRound>& rounds,
                                  std::optional<double> RoundLoad::*field) {
  std::vector<double> values;
  for (const MeasuredRound& round : rounds) {
    if (round.load.*field) values.push_back(*(round.load.*field));
  }
  if (values.empty()) return std::nullopt;
  return median_of(values);
}

void add_failures(GateResult& result, const GateMeasurement& measurement) {
  std::int64_t baseline = 0, candidate = 0;
  std::string why;
  for (const MeasuredRound& round : measurement.rounds) {
    baseline += round.baseline.failure.empty() ? 0 : 1;
    candidate += round.candidate.failure.empty() ? 0 : 1;
    for (const LaunchRecord* launch : {&round.baseline, &round.candidate}) {
      if (why.empty()) why = launch->failure;
    }
  }
  if (baseline + candidate == 0) return;
  result.notes.push_back(fmt::format(
      "launches that failed: {} of the baseline, {} of the candidate; their rounds are left out "
      "(the first: {})",
      baseline, candidate, why));
}

// A noise band of another machine says nothing here.
void apply_noise(GateResult& result, const GateMeasurement& measurement,
                 const std::optional<NoiseRecord>& noise) {
  if (!noise) {
    result.notes.emplace_back(
        "the noise of this machine was not measured: `actscope gate noise` measures what it can "
        "tell apart");
    return;
  }
  if (noise->environment_sha256 == environment_sha256(measurement.environment)) return;
  result.environment_differences =
      environment_differences(noise->environment, measurement.environment);
  result.notes.emplace_back(
      "the noise was measured in another environment: times are advisory, they fail nothing");
  for (GateRow& row : result.rows) row.is_advisory |= row.kind == MetricClass::timing;
}

}  // namespace

std::vector<std::string> load_notes(const std::vector<MeasuredRound>& rounds) {
  std::vector<std::string> notes;
  const auto add = [&](std::optional<double> RoundLoad::*field, double much, const char* what) {
    const auto value = median_load(rounds, field);
    if (value && *value > much) notes.push_back(fmt::format("{} {:.1f} %", what, 100 * *value));
  };
  add(&RoundLoad::steal_ratio, much_steal, "the host gave so much of the cores' time to others:");
  add(&RoundLoad::foreign_ratio, much_foreign, "other processes took so much of the cores' time:");
  add(&RoundLoad::waiting_ratio, much_waiting,
      "something waited for a core for so much of the time:");
  double low = 0, high = 0;
  for (const MeasuredRound& round : rounds) {
    const double hertz = round.load.frequency_hz.value_or(0);
    if (hertz <= 0) continue;
    low = low == 0 ? hertz : std::min(low, hertz);
    high = std::max(high, hertz);
  }
  if (low > 0 && high > low * (1 + much_frequency)) {
    notes.push_back(
        fmt::format("the cores' frequency went from {:.2f} to {:.2f} GHz", low / 1e9, high / 1e9));
  }
  return notes;
}

GateResult judge_measurement(const GateMeasurement& measurement, const TimingPlan& plan,
                             const std::optional<NoiseRecord>& noise, const GateNames& names,
                             const GatePolicy& policy, std::string_view today) {
  const auto complete = std::ranges::count_if(measurement.rounds, is_complete);
  if (complete == 0) {
    throw RunError(error_text("nothing can be judged", "no round is complete",
                              "see that both commands end well and print their numbers"));
  }
  GateResult result;
  result.baseline_name = names.baseline;
  result.candidate_name = names.candidate;
  const auto bands = noise ? bands_of(*noise) : std::map<std::string, double>();
  const std::vector<TimedMetric> timed = timed_metrics(measurement, policy, bands);
  const TimingVerdicts verdicts = judge_times(timed, plan);
  for (std::size_t i = 0; i < timed.size(); ++i) {
    result.rows.push_back(timed_row(timed[i], verdicts.metrics[i]));
  }
  const SteadyMetrics steady = steady_metrics(measurement);
  judge_metrics(steady.baseline, steady.candidate, "", policy, result);
  GateTiming timing;
  timing.baseline_command = measurement.baseline_command;
  timing.candidate_command = measurement.candidate_command;
  timing.rounds = complete;
  timing.confirmation_rounds = verdicts.confirmed_by;
  timing.failed_rounds = static_cast<std::int64_t>(measurement.rounds.size()) - complete;
  timing.planned_rounds = plan.rounds;
  timing.band_ratio = plan.band_ratio;
  timing.false_alarm_bound_ratio = false_alarm_bound(plan);
  result.timing = timing;
  if (verdicts.next.rounds > 0) {
    result.notes.push_back(
        fmt::format("the rule asks for {} more rounds: what stands here is not "
                    "its last word",
                    verdicts.next.rounds));
  }
  add_failures(result, measurement);
  for (std::string& note : load_notes(measurement.rounds)) result.notes.push_back(std::move(note));
  apply_noise(result, measurement, noise);
  conclude(result, policy, today);
  return result;
}

}  // namespace actscope::reports
