// SPDX-License-Identifier: Apache-2.0
#include "gate/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace actscope::reports {
namespace {

bool is_ignored(const GatePolicy& policy, const std::string& metric) {
  return std::ranges::any_of(policy.ignore,
                             [&](const std::string& glob) { return matches_glob(glob, metric); });
}

// Days as 2026-12-31 are in the order of their texts.
void apply_waivers(GateResult& result, const GatePolicy& policy, std::string_view today) {
  for (const GateWaiver& waiver : policy.waivers) {
    const std::string name = "the waiver for " + waiver.metric + " (" + waiver.reason + ")";
    const bool is_over = waiver.expires < today;
    bool is_needed = false;
    for (GateRow& row : result.rows) {
      if (row.verdict == GateVerdict::failed || (!fails_gate(row) && !leaves_open(row))) continue;
      if (!matches_glob(waiver.metric, row.metric)) continue;
      is_needed = true;
      if (!is_over) row.waiver = waiver.reason + " (until " + waiver.expires + ")";
    }
    if (!is_needed) {
      result.notes.push_back(name + " lets nothing pass: it can go");
    } else if (is_over) {
      result.notes.push_back(name + " expired on " + waiver.expires);
    }
  }
}

int rank(const GateRow& row) {
  if (row.verdict == GateVerdict::failed) return 0;
  if (fails_gate(row)) return 1;
  if (leaves_open(row)) return 2;
  if (!row.waiver.empty()) return 3;
  switch (row.verdict) {
    case GateVerdict::missing:
      return 4;
    case GateVerdict::inconclusive:
      return 5;
    case GateVerdict::added:
      return 6;
    case GateVerdict::improved:
      return 7;
    default:
      return 8;
  }
}

// How far off; a value that came from nothing is the farthest.
double distance(const GateRow& row) {
  if (!row.ratio || *row.ratio <= 0) return std::numeric_limits<double>::infinity();
  return std::abs(std::log(*row.ratio));
}

}  // namespace

void conclude(GateResult& result, const GatePolicy& policy, std::string_view today) {
  const auto ignored = std::ranges::remove_if(
      result.rows, [&](const GateRow& row) { return is_ignored(policy, row.metric); });
  result.ignored = static_cast<std::int64_t>(ignored.size());
  result.rows.erase(ignored.begin(), ignored.end());
  apply_waivers(result, policy, today);
  std::ranges::stable_sort(result.rows, [](const GateRow& a, const GateRow& b) {
    const int of_a = rank(a), of_b = rank(b);
    if (of_a != of_b) return of_a < of_b;
    return of_a < 2 && distance(a) > distance(b);
  });
  const auto any = [&](const auto& holds) { return std::ranges::any_of(result.rows, holds); };
  if (any([](const GateRow& row) { return row.verdict == GateVerdict::failed; })) {
    result.verdict = GateVerdict::failed;
  } else if (any(fails_gate)) {
    result.verdict = GateVerdict::regressed;
  } else if (any(leaves_open)) {
    result.verdict = GateVerdict::inconclusive;
  } else if (any([](const GateRow& row) { return row.verdict == GateVerdict::improved; })) {
    result.verdict = GateVerdict::improved;
  } else {
    result.verdict = GateVerdict::same;
  }
}

}  // namespace actscope::reports
