// SPDX-License-Identifier: Apache-2.0
#include "gate/tally.hpp"

#include <algorithm>

#include "actscope/reports/gate/rendering.hpp"
#include "gate/plain_text.hpp"

namespace actscope::reports {
namespace {

// A time that was not measured in rounds, or not decided by them, or is advisory.
bool is_undecided_time(const GateRow& row) {
  if (row.kind != MetricClass::timing || row.verdict == GateVerdict::same) return false;
  return row.rounds == 0 || row.is_advisory || row.verdict == GateVerdict::inconclusive;
}

}  // namespace

GateTally tally_of(const GateResult& result) {
  GateTally tally;
  for (const GateRow& row : result.rows) {
    if (fails_gate(row)) {
      ++tally.failing;
    } else if (leaves_open(row)) {
      ++tally.open;
    } else if (!row.waiver.empty()) {
      ++tally.waived;
    } else if (is_undecided_time(row)) {
      ++tally.timings;
    } else if (row.verdict == GateVerdict::added) {
      ++tally.added;
    } else if (row.verdict == GateVerdict::improved) {
      ++tally.improved;
    } else {
      ++tally.same;
    }
  }
  return tally;
}

std::string tally_text(const GateResult& result) {
  const GateTally tally = tally_of(result);
  std::string text;
  const auto add = [&](std::int64_t count, const char* what) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(tally.failing, "fail");
  add(tally.open, "open");
  add(tally.waived, "waived");
  add(tally.added, "new");
  add(tally.improved, "improved");
  add(tally.same, "the same");
  add(tally.timings, tally.timings == 1 ? "timing not judged" : "timings not judged");
  add(result.ignored, "left out by the policy");
  return text.empty() ? "no metric" : text;
}

std::string headline(const GateResult& result) {
  return std::string(name_of(result.verdict)) + ": " + tally_text(result);
}

std::string gate_sentence(const GateResult& result) {
  const GateTally tally = tally_of(result);
  const char* what = "the candidate passes";
  if (result.verdict == GateVerdict::failed) what = "the candidate did not complete";
  if (result.verdict == GateVerdict::regressed) what = "the candidate regressed";
  if (result.verdict == GateVerdict::inconclusive) what = "the gate is inconclusive";
  std::string why = tally_text(result);
  const std::int64_t bad = tally.failing > 0 ? tally.failing : tally.open;
  if (bad > 0) {
    const GateRow& worst = result.rows.front();
    why = plain_line(worst.metric) + ": " + plain_line(worst.message);
    if (bad > 1) why += "; and " + std::to_string(bad - 1) + " more";
  }
  return std::string(what) + " [" + why + "]";
}

}  // namespace actscope::reports
