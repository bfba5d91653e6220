// SPDX-License-Identifier: Apache-2.0
#include "gate/timing_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "gate/row.hpp"

namespace actscope::reports {
namespace {

TimingJudgement no_number(GateVerdict verdict, const char* reason, std::string message) {
  TimingJudgement judgement;
  judgement.verdict = verdict;
  judgement.reason = reason;
  judgement.message = std::move(message);
  return judgement;
}

TimingJudgement unknown(const char* reason, std::string message) {
  return no_number(GateVerdict::inconclusive, reason, std::move(message));
}

// What is wrong with single values, in the rounds of both batches.
std::optional<TimingJudgement> bad_values(const TimedMetric& metric) {
  std::size_t not_finite = 0, not_positive = 0, all = 0;
  for (const TimingBatch& batch : metric.batches) {
    for (const std::vector<double>* side : {&batch.baseline, &batch.candidate}) {
      all += side->size();
      for (const double value : *side) {
        not_finite += static_cast<std::size_t>(!std::isfinite(value));
        not_positive += static_cast<std::size_t>(value <= 0);
      }
    }
  }
  if (not_finite > 0) {
    return unknown(
        "not_finite",
        fmt::format("{} of {} values are missing, infinite or not a number", not_finite, all));
  }
  if (not_positive > 0) {
    return unknown("not_positive", fmt::format("{} of {} values are 0 or below: a clock that runs "
                                               "backward, or is too coarse for this",
                                               not_positive, all));
  }
  return std::nullopt;
}

}  // namespace

std::optional<TimingJudgement> failed_assumption(const TimedMetric& metric, std::size_t rounds,
                                                 double level) {
  if (metric.baseline_failures != metric.candidate_failures) {
    return unknown("unequal_failures",
                   fmt::format("{} launches of the baseline and {} of the candidate failed: those "
                               "that did not are no fair sample",
                               metric.baseline_failures, metric.candidate_failures));
  }
  if (auto bad = bad_values(metric)) return bad;
  TimingBatch batch = metric.batches[0];
  batch.baseline.resize(std::min(rounds, batch.baseline.size()));
  batch.candidate.resize(std::min(rounds, batch.candidate.size()));
  const std::vector<double> slowness = log_slowness(batch, metric.is_more_better);
  std::set<double> sizes;
  std::size_t unequal = 0;
  for (const double value : slowness) {
    unequal += static_cast<std::size_t>(value != 0);
    if (value != 0) sizes.insert(std::abs(value));
  }
  if (slowness.empty()) return unknown("too_few_rounds", "no round was measured");
  if (unequal == 0) {
    return no_number(GateVerdict::same, "identical_samples",
                     fmt::format("both sides gave the same value in each of {} rounds: {}",
                                 slowness.size(), shown_value(metric.name, batch.candidate[0])));
  }
  if (slowness.size() > 1 &&
      std::ranges::all_of(slowness, [&](double value) { return value == slowness.front(); })) {
    return unknown("no_variance",
                   fmt::format("the ratio is {:.6g} in each of {} rounds: no clock is that steady; "
                               "name a count so that it is judged exactly",
                               batch.candidate[0] / batch.baseline[0], slowness.size()));
  }
  if (std::pow(0.5, static_cast<double>(unequal)) > level) {
    return unknown("too_few_rounds",
                   fmt::format("{} rounds that differ cannot reject at the level {:.2g}: it takes "
                               "{}",
                               unequal, level, static_cast<int>(std::ceil(-std::log2(level)))));
  }
  if (2 * sizes.size() < unequal) {
    return unknown("ties", fmt::format("{} rounds have only {} different ratios: the clock is too "
                                       "coarse for this",
                                       unequal, sizes.size()));
  }
  return std::nullopt;
}

}  // namespace actscope::reports
