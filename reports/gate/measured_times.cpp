// SPDX-License-Identifier: Apache-2.0
#include "gate/measured_times.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace actscope::reports {
namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

double value_of(const LaunchRecord& launch, const std::string& metric) {
  const auto place = launch.values.find(metric);
  return place == launch.values.end() ? absent : place->second;
}

// Whether one side has a value of the metric in some complete round.
bool has_values(const GateMeasurement& measurement, const std::string& metric,
                LaunchRecord MeasuredRound::*side) {
  return std::ranges::any_of(measurement.rounds, [&](const MeasuredRound& round) {
    return is_complete(round) && (round.*side).values.contains(metric);
  });
}

bool is_ignored_by(const GatePolicy& policy, const std::string& metric) {
  return std::ranges::any_of(policy.ignore,
                             [&](const std::string& glob) { return matches_glob(glob, metric); });
}

bool is_timed(const GateMeasurement& measurement, const MeasuredMetric& metric) {
  if (metric.kind == MetricClass::learning) return false;
  if (!has_values(measurement, metric.name, &MeasuredRound::baseline) ||
      !has_values(measurement, metric.name, &MeasuredRound::candidate)) {
    return false;
  }
  if (metric.kind == MetricClass::timing) return true;
  const bool has_direction = metric.wanted == Wanted::fewer || metric.wanted == Wanted::lower_count;
  return has_direction && varies(measurement, metric.name);
}

Metric steady_metric(const MeasuredMetric& known, const LaunchRecord& launch) {
  Metric metric{known.name, known.kind, known.wanted, {}, {}, {}, known.heldout_samples, false};
  const double value = value_of(launch, known.name);
  if (!std::isfinite(value)) {
    metric.reason = launch.values.contains(known.name) ? "the process printed null" : "not printed";
    return metric;
  }
  metric.value = value;
  if (value == std::floor(value) && std::abs(value) < 9007199254740992.0) {
    metric.count = static_cast<std::int64_t>(value);
  }
  return metric;
}

}  // namespace

bool is_complete(const MeasuredRound& round) {
  return round.baseline.failure.empty() && round.candidate.failure.empty();
}

bool varies(const GateMeasurement& measurement, const std::string& metric) {
  for (const auto side : {&MeasuredRound::baseline, &MeasuredRound::candidate}) {
    std::set<double> values;
    bool is_absent = false;
    for (const MeasuredRound& round : measurement.rounds) {
      if (!is_complete(round)) continue;
      const double value = value_of(round.*side, metric);
      is_absent = is_absent || !std::isfinite(value);
      if (std::isfinite(value)) values.insert(value);
    }
    if (values.size() > 1 || (values.size() == 1 && is_absent)) return true;
  }
  return false;
}

std::vector<TimedMetric> timed_metrics(const GateMeasurement& measurement, const GatePolicy& policy,
                                       const std::map<std::string, double>& bands) {
  std::int64_t baseline_failures = 0, candidate_failures = 0;
  for (const MeasuredRound& round : measurement.rounds) {
    baseline_failures += round.baseline.failure.empty() ? 0 : 1;
    candidate_failures += round.candidate.failure.empty() ? 0 : 1;
  }
  std::vector<TimedMetric> metrics;
  for (const MeasuredMetric& known : measurement.metrics) {
    if (is_ignored_by(policy, known.name) || !is_timed(measurement, known)) continue;
    TimedMetric metric;
    metric.name = known.name;
    metric.is_primary = known.is_primary;
    metric.is_more_better = known.wanted == Wanted::more;
    metric.baseline_failures = baseline_failures;
    metric.candidate_failures = candidate_failures;
    const auto band = bands.find(known.name);
    if (band != bands.end()) metric.band_ratio = band->second;
    for (const MeasuredRound& round : measurement.rounds) {
      if (!is_complete(round)) continue;
      TimingBatch& batch = metric.batches[round.batch == 0 ? 0 : 1];
      batch.baseline.push_back(value_of(round.baseline, known.name));
      batch.candidate.push_back(value_of(round.candidate, known.name));
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

SteadyMetrics steady_metrics(const GateMeasurement& measurement) {
  SteadyMetrics metrics;
  const auto round = std::ranges::find_if(measurement.rounds, is_complete);
  if (round == measurement.rounds.end()) return metrics;
  for (const MeasuredMetric& known : measurement.metrics) {
    if (is_timed(measurement, known)) continue;
    Metric baseline = steady_metric(known, round->baseline);
    Metric candidate = steady_metric(known, round->candidate);
    metrics.baseline.push_back(std::move(baseline));
    metrics.candidate.push_back(std::move(candidate));
  }
  return metrics;
}

TimingStep next_rounds(const GateMeasurement& measurement, const TimingPlan& plan,
                       const GatePolicy& policy, const std::map<std::string, double>& bands) {
  std::vector<TimedMetric> metrics = timed_metrics(measurement, policy, bands);
  const auto complete = std::ranges::count_if(measurement.rounds, is_complete);
  if (metrics.empty() && complete > 0) return {};
  if (metrics.empty()) metrics.emplace_back();  // nothing was measured yet
  return judge_times(metrics, plan).next;
}

}  // namespace actscope::reports
