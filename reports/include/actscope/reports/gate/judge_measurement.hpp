// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "actscope/reports/gate/judge.hpp"
#include "actscope/reports/gate/measurement.hpp"
#include "actscope/reports/gate/noise.hpp"

namespace actscope::reports {

/// Judges what was measured: times by judge_times, counts that are equal in every launch of a side
/// exactly, counts that vary as times are, accuracy and loss of the first round as judge_runs does.
/// Rounds with a launch that failed are left out, and told.
///
/// `noise` gives the bands; one of another environment makes times advisory.
/// Errors  RunError: no round is complete
GateResult judge_measurement(const GateMeasurement& measurement, const TimingPlan& plan,
                             const std::optional<NoiseRecord>& noise, const GateNames& names,
                             const GatePolicy& policy, std::string_view today);

/// What disturbed the rounds, a line each: time stolen by the host, other processes, waiting for a
/// core. Empty: nothing that matters.
std::vector<std::string> load_notes(const std::vector<MeasuredRound>& rounds);

}  // namespace actscope::reports
