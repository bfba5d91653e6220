// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "gate/timing_rule.hpp"

namespace actscope::reports {

/// The verdict on a metric whose first `rounds` rounds break an assumption of the rule; nothing:
/// they can be judged. `level` is the smallest that the test has to reach.
std::optional<TimingJudgement> failed_assumption(const TimedMetric& metric, std::size_t rounds,
                                                 double level);

}  // namespace actscope::reports
