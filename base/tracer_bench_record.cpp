// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/tracer_bench_record.hpp"

#include "actscope/base/check.hpp"

namespace actscope {

const char* name_of(GoalVerdict verdict) {
  switch (verdict) {
    case GoalVerdict::none:
      return "none";
    case GoalVerdict::met:
      return "met";
    case GoalVerdict::missed:
      return "missed";
    case GoalVerdict::undecided:
      return "undecided";
  }
  unreachable("a verdict on no goal");
}

const char* name_of(TracerKind kind) {
  return kind == TracerKind::level ? "level" : "rival";
}

GoalVerdict judged(const PairedRatio& figure, const Measured<double>& goal) {
  if (!goal.value || !figure.ratio.value) return GoalVerdict::none;
  if (figure.high.value.value_or(*figure.ratio.value) <= *goal.value) return GoalVerdict::met;
  if (figure.low.value.value_or(*figure.ratio.value) > *goal.value) return GoalVerdict::missed;
  return GoalVerdict::undecided;
}

}  // namespace actscope
