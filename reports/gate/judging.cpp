// SPDX-License-Identifier: Apache-2.0
#include "gate/judging.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "gate/exact_rule.hpp"
#include "gate/learning_rule.hpp"
#include "gate/pairing.hpp"
#include "gate/row.hpp"

namespace actscope::reports {
namespace {

GateRow judge_metric(const MetricPair& pair, const GatePolicy& policy) {
  if (pair.baseline == nullptr || pair.candidate == nullptr || !pair.baseline->value ||
      !pair.candidate->value) {
    return judge_absent(pair.baseline, pair.candidate);
  }
  const MetricClass kinds[] = {pair.baseline->kind, pair.candidate->kind};
  if (std::ranges::find(kinds, MetricClass::timing) != std::end(kinds)) {
    return show_timing(*pair.baseline, *pair.candidate);
  }
  if (pair.candidate->kind == MetricClass::exact) {
    return judge_exact(*pair.baseline, *pair.candidate);
  }
  const LearningPair one{*pair.baseline, *pair.candidate};
  return judge_learning(pair.candidate->name, {&one, 1}, policy);
}

}  // namespace

void judge_metrics(const std::vector<Metric>& baseline, const std::vector<Metric>& candidate,
                   const std::string& prefix, const GatePolicy& policy, GateResult& result) {
  for (const MetricPair& pair : pair_metrics(baseline, candidate)) {
    const bool is_pair = pair.baseline != nullptr && pair.candidate != nullptr;
    const Metric& known = pair.candidate != nullptr ? *pair.candidate : *pair.baseline;
    if (!is_pair && known.is_only_in_pairs) continue;
    result.rows.push_back(judge_metric(pair, policy));
    result.rows.back().metric.insert(0, prefix);
  }
}

GateResult begin_result(const GateNames& names, const EnvironmentRecord& baseline,
                        const EnvironmentRecord& candidate) {
  GateResult result;
  result.baseline_name = names.baseline;
  result.candidate_name = names.candidate;
  result.environment_differences = environment_differences(baseline, candidate);
  return result;
}

void add_status(GateResult& result, const std::string& metric, GateVerdict verdict,
                const std::string& reason, const std::string& message) {
  GateRow row;
  row.metric = metric;
  decide(row, verdict, reason, message);
  result.rows.push_back(std::move(row));
}

void refuse_baseline(const std::string& name, const std::string& why) {
  throw ReportFormatError(error_text("the baseline " + name + " is no completed run", why,
                                     "take a report whose status is completed"));
}

}  // namespace actscope::reports
