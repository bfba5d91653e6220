// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "actscope/reports/gate/judge.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {

inline const char* const today = "2026-06-15";

inline GateResult judged(const RunRecord& baseline, const RunRecord& candidate,
                         const GatePolicy& policy = {}) {
  return judge_runs(baseline, candidate, {"main", "change"}, policy, today);
}

inline GateResult judged(const SweepRecord& baseline, const SweepRecord& candidate,
                         const GatePolicy& policy = {}) {
  return judge_sweeps(baseline, candidate, {"main", "change"}, policy, today);
}

inline const GateRow* find_row(const GateResult& result, const std::string& metric) {
  for (const GateRow& row : result.rows) {
    if (row.metric == metric) return &row;
  }
  return nullptr;
}

/// "regressed more_bytes": verdict and reason of a metric; "no such row" where it has none.
inline std::string outcome(const GateResult& result, const std::string& metric) {
  const GateRow* row = find_row(result, metric);
  return row == nullptr ? "no such row" : std::string(name_of(row->verdict)) + " " + row->reason;
}

/// A pair of runs with one row of every kind: what the golden files show.
inline RunRecord changed_run() {
  RunRecord run = small_run("int4-bsr", 800);
  run.config.block_rows = 8;
  run.environment.cpu = "another <processor>";
  run.summary.dense_saved_bytes = Measured<std::int64_t>::of(1300);
  run.summary.step_time_s = Measured<double>::of(0.5);
  run.summary.train_loss = Measured<double>::missing("not measured");
  run.summary.heldout_accuracy_ratio = Measured<double>::of(0.5);
  run.summary.workspace_bytes = 0;
  run.layers[1].slots.push_back(run.layers[1].slots[0]);
  run.layers[1].slots[1].name = "h|&\x1b[31m";
  return run;
}

}  // namespace actscope::reports::test
