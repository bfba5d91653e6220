// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/run_record.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// The two names that a verdict speaks of.
struct GateNames {
  std::string baseline;
  std::string candidate;
};

/// Judges two stored runs: bytes and counts with zero tolerance, accuracy and loss by
/// non-inferiority, times not at all. A candidate that did not complete gets one row, `status`.
///
/// `today` is "2026-01-31" (UTC); waivers that ended before it do not hold.
/// Errors  ReportFormatError: the baseline is no completed run
GateResult judge_runs(const RunRecord& baseline, const RunRecord& candidate, const GateNames& names,
                      const GatePolicy& policy, std::string_view today);

/// Judges two stored sweeps point by point, matched by id, then by configuration. Points that
/// differ in the seed alone are judged together where it comes to learning.
/// Errors  ReportFormatError: the baseline has no point that is done
GateResult judge_sweeps(const SweepRecord& baseline, const SweepRecord& candidate,
                        const GateNames& names, const GatePolicy& policy, std::string_view today);

}  // namespace actscope::reports
