// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/judge.hpp"
#include "config/json.hpp"
#include "gate/judging.hpp"
#include "gate/verdict.hpp"

namespace actscope::reports {

GateResult judge_runs(const RunRecord& baseline, const RunRecord& candidate, const GateNames& names,
                      const GatePolicy& policy, std::string_view today) {
  if (baseline.status != RunStatus::completed) {
    refuse_baseline(names.baseline, baseline.status_reason);
  }
  GateResult result = begin_result(names, baseline.environment, candidate.environment);
  result.config_differences = config_differences(baseline.config, candidate.config);
  if (baseline.data_sha256 != candidate.data_sha256) {
    result.notes.emplace_back("the two runs read different data");
  }
  if (candidate.status == RunStatus::completed) {
    judge_metrics(metrics_of(baseline), metrics_of(candidate), {}, policy, result);
  } else {
    const bool is_failed = candidate.status == RunStatus::failed;
    add_status(result, "status", GateVerdict::failed,
               is_failed ? "candidate_failed" : "candidate_interrupted",
               std::string("the candidate ") + (is_failed ? "failed: " : "was interrupted: ") +
                   candidate.status_reason);
  }
  conclude(result, policy, today);
  return result;
}

}  // namespace actscope::reports
