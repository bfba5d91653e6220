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
/// Accuracies by difference_interval: with one seed the noise of the two held-out samples alone,
/// with several Student's over the differences and what the images they share leave open. Losses by
/// Student's; one alone is held against the margin, and left open up to twice of it. Reasons of one
/// seed begin with `one_seed_`. What nothing is known of is inconclusive, but equal values are the
/// same.
/// Requires at least one pair, all of one metric
GateRow judge_learning(const std::string& name, std::span<const LearningPair> pairs,
                       const GatePolicy& policy);

}  // namespace actscope::reports
