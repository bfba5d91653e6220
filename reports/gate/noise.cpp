// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "actscope/base/error.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "actscope/base/sha256.hpp"
#include "actscope/base/split_mix.hpp"
#include "actscope/reports/gate/judge_measurement.hpp"
#include "actscope/reports/statistics/accuracy_interval.hpp"
#include "gate/measured_times.hpp"
#include "statistics/signed_rank.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t least_measured = 8;
constexpr int drawn_gates = 299;  // without a false alarm: below 1 % with 95 % confidence
constexpr int power_gates = 200;
constexpr double wanted_power = 0.9, held_share = 0.95;
constexpr std::size_t stretch = 4;  // rounds that are drawn together
// Beyond so many rounds a gate takes long to draw: bands follow the root law, and false alarms are
// those of primary metrics.
constexpr std::int64_t most_drawn_rounds = 200;

// A gate whose rounds are drawn from those that were measured.
class DrawnGate {
 public:
  DrawnGate(const std::vector<TimedMetric>& measured, const TimingPlan& plan, double factor,
            SplitMix64& random)
      : measured_(measured), plan_(plan), factor_(factor), random_(random) {
    for (const TimedMetric& metric : measured) {
      gate_.push_back(metric);
      gate_.back().batches = {};
    }
  }

  // Draws until the verdicts stand.
  TimingVerdicts run() {
    while (true) {
      TimingVerdicts verdicts = judge_times(gate_, plan_);
      if (verdicts.next.rounds == 0) return verdicts;
      draw(verdicts.next);
    }
  }

 private:
  void draw(const TimingStep& step) {
    const std::size_t count = measured_[0].batches[0].baseline.size();
    for (std::int64_t i = 0; i < step.rounds; ++i) {
      if (drawn_++ % stretch == 0) at_ = random_.below(count);
      add(at_++ % count, gate_, step.batch);
    }
  }

  void add(std::size_t round, std::vector<TimedMetric>& gate, std::size_t batch) {
    const bool is_swapped = random_.below(2) == 1;
    for (std::size_t i = 0; i < gate.size(); ++i) {
      double baseline = measured_[i].batches[0].baseline[round];
      double candidate = measured_[i].batches[0].candidate[round];
      if (is_swapped) std::swap(baseline, candidate);
      gate[i].batches[batch].baseline.push_back(baseline);
      gate[i].batches[batch].candidate.push_back(candidate *
                                                 (gate[i].is_more_better ? 1 / factor_ : factor_));
    }
  }

  const std::vector<TimedMetric>& measured_;
  const TimingPlan& plan_;
  double factor_;
  SplitMix64& random_;
  std::vector<TimedMetric> gate_;
  std::size_t drawn_ = 0, at_ = 0;
};

double nth(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  return values[at];
}

// How far from 1 the middle of so many rounds lies where nothing differs, in 95 of 100 cases.
double band_of_rounds(const std::vector<double>& slowness, std::int64_t rounds,
                      SplitMix64& random) {
  const std::int64_t drawn_rounds = std::min(rounds, most_drawn_rounds);
  std::vector<double> distances;
  for (int gate = 0; gate < drawn_gates; ++gate) {
    std::vector<double> drawn;
    std::size_t at = 0;
    for (std::int64_t i = 0; i < drawn_rounds; ++i) {
      if (static_cast<std::size_t>(i) % stretch == 0) at = random.below(slowness.size());
      const double value = slowness[at++ % slowness.size()];
      drawn.push_back(random.below(2) == 1 ? -value : value);
    }
    distances.push_back(std::abs(hodges_lehmann(drawn, 0.95).estimate));
  }
  const double root = std::sqrt(static_cast<double>(drawn_rounds) / static_cast<double>(rounds));
  return std::expm1(root * nth(std::move(distances), held_share));
}

// Metrics of a measurement of one command against itself, both batches as one.
std::vector<TimedMetric> as_one_batch(const GateMeasurement& measurement) {
  std::vector<TimedMetric> metrics = timed_metrics(measurement, {}, {});
  for (TimedMetric& metric : metrics) {
    for (const auto side : {&TimingBatch::baseline, &TimingBatch::candidate}) {
      const std::vector<double>& more = metric.batches[1].*side;
      (metric.batches[0].*side).insert((metric.batches[0].*side).end(), more.begin(), more.end());
    }
    metric.batches[1] = {};
    metric.baseline_failures = metric.candidate_failures = 0;
  }
  const auto is_bad = [](double value) { return !std::isfinite(value) || value <= 0; };
  std::erase_if(metrics, [&](const TimedMetric& metric) {
    return std::ranges::any_of(metric.batches[0].baseline, is_bad) ||
           std::ranges::any_of(metric.batches[0].candidate, is_bad);
  });
  return metrics;
}

int slower_gates(const std::vector<TimedMetric>& metrics, const TimingPlan& plan, double factor,
                 int gates, SplitMix64& random) {
  int found = 0;
  for (int gate = 0; gate < gates; ++gate) {
    const TimingVerdicts verdicts = DrawnGate(metrics, plan, factor, random).run();
    found += std::ranges::any_of(verdicts.metrics,
                                 [](const TimingJudgement& metric) {
                                   return metric.verdict == GateVerdict::regressed;
                                 })
                 ? 1
                 : 0;
  }
  return found;
}

Measured<double> detectable(const std::vector<TimedMetric>& metrics, const TimingPlan& plan,
                            SplitMix64& random) {
  const auto primary =
      std::ranges::find_if(metrics, [](const TimedMetric& metric) { return metric.is_primary; });
  const std::vector<TimedMetric> one = {primary == metrics.end() ? metrics.front() : *primary};
  for (const double slower : {0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.05, 0.06, 0.08,
                              0.1,   0.12, 0.15,  0.2,  0.25,  0.3,  0.4,   0.5,  0.75, 1.0}) {
    if (slower_gates(one, plan, 1 + slower, power_gates, random) >= wanted_power * power_gates) {
      return Measured<double>::of(1 + slower);
    }
  }
  return Measured<double>::missing("not even twice the time is found in 90 of 100 gates");
}

}  // namespace

NoiseRecord noise_of(const GateMeasurement& measurement, const TimingPlan& plan,
                     std::uint64_t seed) {
  std::vector<TimedMetric> metrics = as_one_batch(measurement);
  if (metrics.empty() || metrics[0].batches[0].baseline.size() < least_measured) {
    throw RunError(
        error_text("the noise cannot be told",
                   fmt::format("{} rounds with times",
                               metrics.empty() ? 0 : metrics[0].batches[0].baseline.size()),
                   fmt::format("measure at least {}", least_measured)));
  }
  NoiseRecord noise;
  noise.command = measurement.baseline_command;
  noise.environment = measurement.environment;
  noise.environment_sha256 = environment_sha256(measurement.environment);
  noise.plan = plan;
  noise.rounds = static_cast<std::int64_t>(metrics[0].batches[0].baseline.size());
  std::vector<double> times;
  for (const MeasuredRound& round : measurement.rounds) times.push_back(round.load.elapsed_s);
  noise.round_time_s = median_of(times);
  SplitMix64 random(seed);
  for (TimedMetric& metric : metrics) {
    const std::vector<double> slowness = log_slowness(metric.batches[0], metric.is_more_better);
    // Half of the ratios lie between the quartiles, 1.349 deviations apart where noise is normal.
    const double spread = (nth(slowness, 0.75) - nth(slowness, 0.25)) / 1.349;
    metric.band_ratio = std::max(plan.band_ratio, band_of_rounds(slowness, plan.rounds, random));
    noise.metrics.push_back({metric.name, metric.is_primary, spread, metric.band_ratio});
  }
  noise.notes = load_notes(measurement.rounds);
  if (plan.rounds > most_drawn_rounds) {
    noise.notes.emplace_back("of so many rounds only the primary metrics were drawn");
    const auto is_primary = [](const TimedMetric& metric) { return metric.is_primary; };
    const bool has_primary = std::ranges::any_of(metrics, is_primary);
    if (has_primary) std::erase_if(metrics, std::not_fn(is_primary));
    if (!has_primary) metrics.resize(1);
  }
  noise.gates = drawn_gates;
  noise.false_alarms = slower_gates(metrics, plan, 1, drawn_gates, random);
  noise.false_alarm_rate_high =
      accuracy_interval(static_cast<double>(noise.false_alarms) / drawn_gates, drawn_gates, 0.95)
          .high;
  noise.detectable_ratio = detectable(metrics, plan, random);
  return noise;
}

std::map<std::string, double> bands_of(const NoiseRecord& noise) {
  std::map<std::string, double> bands;
  for (const NoiseOfMetric& metric : noise.metrics) bands[metric.name] = metric.band_ratio;
  return bands;
}

std::string environment_sha256(const EnvironmentRecord& environment) {
  Sha256 digest;
  digest.update(fmt::format("{}\n{}\n{}\n{}\n{}\n", environment.cpu, environment.cores,
                            environment.memory_bytes, environment.os, environment.gpu));
  return digest.hex_digest();
}

}  // namespace actscope::reports
