// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/sweep_record.hpp"
#include "gate/metrics.hpp"

namespace actscope::reports {

/// The metric of one name in two reports; one of the two may be null.
struct MetricPair {
  const Metric* baseline = nullptr;
  const Metric* candidate = nullptr;
};

/// Pairs metrics by name, in the order of the baseline; those of the candidate alone come last.
std::vector<MetricPair> pair_metrics(const std::vector<Metric>& baseline,
                                     const std::vector<Metric>& candidate);

/// The point of one configuration in two sweeps; one of the two may be null.
struct PointPair {
  const SweepPointRecord* baseline = nullptr;
  const SweepPointRecord* candidate = nullptr;
};

/// Matches points by id, and those left over by configuration, each once.
std::vector<PointPair> pair_points(const SweepRecord& baseline, const SweepRecord& candidate);

/// A key that is equal for configurations that compute the same: all fields but where a run writes
/// and how often.
std::string config_key(const RunConfig& config);

/// "cpu: A -> B", a line a field of build or machine that differs. What a change is expected to
/// change (version, revision) and what differs each time (host, start, process, memory) is left
/// out.
std::vector<std::string> environment_differences(const EnvironmentRecord& a,
                                                 const EnvironmentRecord& b);

}  // namespace actscope::reports
