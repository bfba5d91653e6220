// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "actscope/reports/gate/policy.hpp"
#include "gate/metrics.hpp"

namespace actscope::reports {

/// One seed: the same metric of baseline and candidate, both with a value.
struct LearningPair {
  Metric baseline;
  Metric candidate;
};

/// Judges accuracy (absolute margin) or loss (margin relative to the baseline) by non-inferiority:
/// the one-sided bound of how much worse the candidate is has to stay within the margin.
///
/// From two seeds the bound is Student's over the differences of the seeds. With one seed it holds
/// the binomial noise of the two held-out samples alone (accuracy), or nothing (loss); the reason
/// then begins with `one_seed_`.
/// Requires at least one pair, all of one metric
GateRow judge_learning(const std::string& name, std::span<const LearningPair> pairs,
                       const GatePolicy& policy);

}  // namespace actscope::reports
