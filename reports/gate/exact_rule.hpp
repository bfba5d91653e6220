// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/metrics.hpp"

namespace actscope::reports {

/// Judges an exact metric that both reports have a value of: zero tolerance, by whole numbers.
/// Requires both values
GateRow judge_exact(const Metric& baseline, const Metric& candidate);

/// Shows a timing that both reports have, without deciding: `timing_advisory`.
/// Requires both values
GateRow show_timing(const Metric& baseline, const Metric& candidate);

/// Judges a metric that at most one report has a value of; null: the report lacks it altogether.
/// Requires not both null, not both values
GateRow judge_absent(const Metric* baseline, const Metric* candidate);

}  // namespace actscope::reports
