// SPDX-License-Identifier: Apache-2.0
#include "gate/exact_rule.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gate/row.hpp"

namespace actscope::reports {
namespace {

// -1, 0, 1: the candidate is smaller, equal, larger.
template <class Number>
int order(Number candidate, Number baseline) {
  return static_cast<int>(candidate > baseline) - static_cast<int>(candidate < baseline);
}

std::uint64_t magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

int order(const Metric& baseline, const Metric& candidate) {
  const bool is_small = candidate.wanted == Wanted::small;
  if (baseline.count && candidate.count) {
    return is_small ? order(magnitude(*candidate.count), magnitude(*baseline.count))
                    : order(*candidate.count, *baseline.count);
  }
  return is_small ? order(std::abs(*candidate.value), std::abs(*baseline.value))
                  : order(*candidate.value, *baseline.value);
}

bool is_equal(const Metric& baseline, const Metric& candidate) {
  if (baseline.count && candidate.count) return *baseline.count == *candidate.count;
  return *baseline.value == *candidate.value;
}

std::string against(const GateRow& row) {
  std::string text =
      shown_value(row.metric, row.candidate) + " against " + shown_value(row.metric, row.baseline);
  if (!row.ratio) return text;
  // "1 times the baseline" would hide a difference of some bytes.
  if (std::abs(*row.ratio - 1) < 0.001) {
    return text + fmt::format(", {:+.6g}", *row.candidate - *row.baseline);
  }
  return text + fmt::format(", {:.4g} times the baseline", *row.ratio);
}

}  // namespace

GateRow judge_exact(const Metric& baseline, const Metric& candidate) {
  GateRow row = row_of(&baseline, &candidate);
  if (candidate.wanted == Wanted::none && *candidate.value > 0) {
    decide(row, GateVerdict::regressed, "tracer_loss",
           fmt::format("the tracer lost {} records of the candidate; the limit is 0",
                       shown_value(row.metric, row.candidate)));
  } else if (is_equal(baseline, candidate)) {
    decide(row, GateVerdict::same, "equal", "equal: " + shown_value(row.metric, row.candidate));
  } else if (candidate.wanted == Wanted::unchanged) {
    decide(row, GateVerdict::regressed, "changed",
           against(row) + "; this count shall not change in either direction");
  } else {
    const int direction = order(baseline, candidate);
    const bool is_more = direction > 0;
    if (direction == 0) {
      decide(row, GateVerdict::same, "equal_magnitude", "of equal size: " + against(row));
    } else {
      decide(row, is_more ? GateVerdict::regressed : GateVerdict::improved,
             candidate.wanted == Wanted::none          ? "fewer_records"
             : candidate.wanted == Wanted::lower_count ? (is_more ? "more" : "fewer")
             : is_more                                 ? "more_bytes"
                                                       : "fewer_bytes",
             std::string(is_more ? "more: " : "fewer: ") + against(row));
    }
  }
  return row;
}

GateRow show_timing(const Metric& baseline, const Metric& candidate) {
  GateRow row = row_of(&baseline, &candidate);
  row.kind = MetricClass::timing;
  row.ratio_low.reset();
  row.ratio_high.reset();
  if (is_equal(baseline, candidate)) {
    decide(row, GateVerdict::same, "equal", "equal: " + shown_value(row.metric, row.candidate));
  } else {
    decide(row, GateVerdict::inconclusive, "timing_advisory",
           against(row) + "; one process each: shown, not judged");
  }
  return row;
}

GateRow judge_absent(const Metric* baseline, const Metric* candidate) {
  GateRow row = row_of(baseline, candidate);
  const auto why = [](const Metric* metric) {
    return metric == nullptr || metric->reason.empty() ? std::string()
                                                       : " (" + metric->reason + ")";
  };
  if (!row.baseline && !row.candidate) {
    decide(row, GateVerdict::same, "absent_in_both", "measured by neither" + why(candidate));
  } else if (row.candidate) {
    const bool is_loss = candidate->wanted == Wanted::none && *row.candidate > 0;
    decide(row, is_loss ? GateVerdict::regressed : GateVerdict::added,
           is_loss ? "tracer_loss" : "new_metric",
           is_loss ? fmt::format("the tracer lost {} records of the candidate; the limit is 0",
                                 shown_value(row.metric, row.candidate))
                   : "the baseline has none" + why(baseline) + "; the candidate has " +
                         shown_value(row.metric, row.candidate));
  } else {
    decide(row, GateVerdict::missing, "missing_in_candidate",
           "the candidate has none" + why(candidate) + "; the baseline has " +
               shown_value(row.metric, row.baseline));
  }
  return row;
}

}  // namespace actscope::reports
