// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "actscope/reports/gate/judge.hpp"
#include "config/json.hpp"
#include "gate/judging.hpp"
#include "gate/ledger_metrics.hpp"
#include "gate/verdict.hpp"

namespace actscope::reports {
namespace {

void append(std::vector<Metric>& to, std::vector<Metric> metrics) {
  to.insert(to.end(), std::make_move_iterator(metrics.begin()),
            std::make_move_iterator(metrics.end()));
}

void judge_completed(const RunRecord& baseline, const RunRecord& candidate,
                     const GatePolicy& policy, GateResult& result) {
  std::vector<Metric> before = metrics_of(baseline), after = metrics_of(candidate);
  append(before, ledger_totals(baseline));
  append(after, ledger_totals(candidate));
  if (baseline.ledger && candidate.ledger) {
    const std::vector<std::string> differences = ledger_differences(baseline, candidate);
    if (differences.empty()) {
      LedgerPlaces places = ledger_places(baseline, candidate);
      append(before, std::move(places.baseline));
      append(after, std::move(places.candidate));
    } else {
      result.notes.push_back(
          "the ledgers are compared by their sums only, not layer by layer and holder by holder: "
          "the runs differ in " +
          differences.front() +
          (differences.size() > 1
               ? " and " + std::to_string(differences.size() - 1) + " more fields"
               : ""));
    }
  }
  judge_metrics(before, after, {}, policy, result);
}

}  // namespace

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
    judge_completed(baseline, candidate, policy, result);
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
