// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/result.hpp"

#include "actscope/base/check.hpp"

namespace actscope::reports {

bool fails_gate(const GateRow& row) {
  if (!row.waiver.empty() || row.is_advisory) return false;
  return row.verdict == GateVerdict::failed || row.verdict == GateVerdict::regressed ||
         (row.verdict == GateVerdict::missing && row.kind == MetricClass::exact);
}

bool leaves_open(const GateRow& row) {
  if (!row.waiver.empty() || row.is_advisory) return false;
  if (row.kind == MetricClass::timing) {
    return row.is_primary && row.verdict == GateVerdict::inconclusive;
  }
  return row.verdict == GateVerdict::inconclusive ||
         (row.verdict == GateVerdict::missing && row.kind == MetricClass::learning);
}

const char* name_of(MetricClass kind) {
  switch (kind) {
    case MetricClass::exact:
      return "exact";
    case MetricClass::timing:
      return "timing";
    case MetricClass::learning:
      return "learning";
  }
  unreachable("a class that no metric has");
}

const char* name_of(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::same:
      return "same";
    case GateVerdict::improved:
      return "improved";
    case GateVerdict::regressed:
      return "regressed";
    case GateVerdict::inconclusive:
      return "inconclusive";
    case GateVerdict::added:
      return "new";
    case GateVerdict::missing:
      return "missing";
    case GateVerdict::failed:
      return "failed";
  }
  unreachable("a verdict that no gate gives");
}

}  // namespace actscope::reports
