// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/reports/gate/judge.hpp"
#include "gate/metrics.hpp"

namespace actscope::reports {

/// A result without rows.
GateResult begin_result(const GateNames& names, const EnvironmentRecord& baseline,
                        const EnvironmentRecord& candidate);

/// A row for every metric of the two, each under its name behind `prefix`.
void judge_metrics(const std::vector<Metric>& baseline, const std::vector<Metric>& candidate,
                   const std::string& prefix, const GatePolicy& policy, GateResult& result);

/// A row on whether there is something to judge at all.
void add_status(GateResult& result, const std::string& metric, GateVerdict verdict,
                const std::string& reason, const std::string& message);

/// Errors  ReportFormatError, always
[[noreturn]] void refuse_baseline(const std::string& name, const std::string& why);

}  // namespace actscope::reports
