// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actscope/reports/gate/result.hpp"
#include "actscope/reports/gate/timing_plan.hpp"

namespace actscope::reports {

/// One batch of rounds of one metric. Round i of both sides is the same; NaN: not measured.
struct TimingBatch {
  std::vector<double> baseline, candidate;
};

/// All that was measured of one metric.
struct TimedMetric {
  std::string name;
  bool is_primary = false;
  bool is_more_better = false;  ///< a throughput
  double band_ratio = 0;        ///< where it is wider than the plan's
  std::array<TimingBatch, 2> batches;
  std::int64_t baseline_failures = 0, candidate_failures = 0;  ///< launches without a result
};

/// What the rule says of one metric.
struct TimingJudgement {
  GateVerdict verdict = GateVerdict::inconclusive;
  std::string reason;                                  ///< a code out of docs/reference/gate.md
  std::string message;                                 ///< one sentence
  std::optional<double> baseline, candidate;           ///< medians
  std::optional<double> ratio, ratio_low, ratio_high;  ///< candidate / baseline; absent: no meaning
  std::optional<double> p_value;  ///< of being slower, of the first batch, adjusted by Holm
  std::int64_t pairs = 0;         ///< rounds behind the interval
};

struct TimingVerdicts {
  TimingStep next;
  std::int64_t looked_at = 0;     ///< rounds of the first batch that decided
  std::int64_t confirmed_by = 0;  ///< rounds of the second batch
  std::vector<TimingJudgement>
      metrics;  ///< in the order given; until nothing is next: as it stands
};

/// Judges metrics whose rounds are measured by and by: looks at what there is, as if it came in one
/// round after the other, and says what to measure next. The same rounds give the same answer.
///
/// A metric is called slower where three things hold. In the first batch its p, adjusted by Holm
/// among the primary metrics or among all others, is within what the look may spend, and its
/// interval lies beyond the noise band. In the second batch p is within the confirmation's level,
/// adjusted among those that the first found, and the middle lies beyond the band. Of all rounds
/// together the interval lies beyond the band. Where an assumption fails (fewer pairs than the test
/// can reject with, ties, no variance, equal samples, values that are no times, one side failing
/// more often), there is no ratio but a reason.
///
/// The first batch ends early where a primary metric is found slower, or where all of them are the
/// same or faster; the others go by what was measured until then. Without primary metrics all are.
/// Requires batches of one length for all metrics
TimingVerdicts judge_times(std::span<const TimedMetric> metrics, const TimingPlan& plan);

/// Logarithms of slowness, candidate over baseline (reversed for a throughput), ties made equal:
/// above 0 is worse.
std::vector<double> log_slowness(const TimingBatch& batch, bool is_more_better);

}  // namespace actscope::reports
