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
/// Accuracies have the bounds of difference_interval: with one seed from the noise of the two
/// held-out samples alone, with several from Student's t over the differences and from the images
/// that the seeds share. Losses have those of Student's t; a single one is compared with the margin
/// and inconclusive up to twice the margin. Reasons of one seed begin with `one_seed_`. Without
/// bounds the verdict is inconclusive, but equal values are the same.
/// Requires at least one pair, all of one metric
GateRow judge_learning(const std::string& name, std::span<const LearningPair> pairs,
                       const GatePolicy& policy);

}  // namespace actscope::reports
