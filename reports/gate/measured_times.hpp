// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actscope/reports/gate/measurement.hpp"
#include "gate/metrics.hpp"
#include "gate/timing_rule.hpp"

namespace actscope::reports {

/// A round in which both processes left values.
bool is_complete(const MeasuredRound& round);

/// What is judged as a time: times, and counts that are not equal in every launch of a side, both
/// where each side has them in some round. Without what the policy ignores.
std::vector<TimedMetric> timed_metrics(const GateMeasurement& measurement, const GatePolicy& policy,
                                       const std::map<std::string, double>& bands);

/// What is judged otherwise, as the first complete round has it; same order on both sides, a side
/// without a value has none.
struct SteadyMetrics {
  std::vector<Metric> baseline, candidate;
};
SteadyMetrics steady_metrics(const GateMeasurement& measurement);

/// Whether values differ between the launches of one side.
bool varies(const GateMeasurement& measurement, const std::string& metric);

}  // namespace actscope::reports
