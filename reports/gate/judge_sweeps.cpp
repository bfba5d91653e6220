// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "actscope/core/config/alike.hpp"
#include "actscope/reports/gate/judge.hpp"
#include "config/json.hpp"
#include "gate/judging.hpp"
#include "gate/learning_rule.hpp"
#include "gate/pairing.hpp"
#include "gate/verdict.hpp"

namespace actscope::reports {
namespace {

using Groups = std::map<std::string, std::vector<LearningPair>>;  // by metric and configuration

// The points of one configuration. They are no sample of seeds where a seed comes twice.
struct Seeds {
  std::string first_id;
  std::set<std::int64_t> numbers;
  std::size_t points = 0;

  void add(const SweepPointRecord& point) {
    if (points++ == 0) first_id = point.id;
    numbers.insert(point.config.seed);
  }
  bool are_several() const { return points > 1 && numbers.size() == points; }
};

bool is_done(const SweepPointRecord* point) {
  return point != nullptr && point->status == PointStatus::done && point->summary;
}

// Whether both sides have figures to judge; adds a row that says so where they have not.
bool judge_status(const PointPair& pair, const std::string& prefix, GateResult& result) {
  if (is_done(pair.baseline) && is_done(pair.candidate)) return true;
  const std::string metric = prefix + "status";
  if (pair.candidate == nullptr) {
    if (is_done(pair.baseline)) {
      add_status(result, metric, GateVerdict::missing, "missing_point",
                 "the candidate has no such point");
    }
    return false;
  }
  const std::string state = name_of(pair.candidate->status);
  const std::string why = pair.candidate->reason.empty() ? "" : ": " + pair.candidate->reason;
  if (is_done(pair.candidate)) {
    add_status(result, metric, GateVerdict::added, "new_point",
               pair.baseline == nullptr ? "the baseline has no such point"
                                        : "the baseline has no figures of this point");
  } else if (pair.candidate->status == PointStatus::failed) {
    add_status(result, metric, GateVerdict::failed, "candidate_failed", "the point failed" + why);
  } else if (pair.candidate->status != PointStatus::skipped) {
    add_status(result, metric, GateVerdict::failed, "candidate_interrupted",
               "the point has no result, it is " + state + why);
  } else if (is_done(pair.baseline)) {
    add_status(result, metric, GateVerdict::missing, "missing_point",
               "the point was skipped" + why);
  } else {
    add_status(result, metric, GateVerdict::same, "absent_in_both", "the point was skipped" + why);
  }
  return false;
}

// Moves the learning metrics of a point to its configuration, which has several seeds.
void collect_seeds(const std::string& group, std::vector<Metric>& baseline,
                   std::vector<Metric>& candidate, Groups& groups) {
  for (const MetricPair& pair : pair_metrics(baseline, candidate)) {
    if (pair.baseline == nullptr || pair.candidate == nullptr) continue;
    if (pair.baseline->kind != MetricClass::learning) continue;
    if (!pair.baseline->value || !pair.candidate->value) continue;
    groups[group + pair.baseline->name].push_back({*pair.baseline, *pair.candidate});
  }
  const auto is_collected = [&](const Metric& metric) {
    return metric.value && metric.kind == MetricClass::learning &&
           groups.contains(group + metric.name);
  };
  std::erase_if(baseline, is_collected);
  std::erase_if(candidate, is_collected);
}

}  // namespace

GateResult judge_sweeps(const SweepRecord& baseline, const SweepRecord& candidate,
                        const GateNames& names, const GatePolicy& policy, std::string_view today) {
  if (std::ranges::none_of(baseline.points, [](const auto& point) { return is_done(&point); })) {
    refuse_baseline(names.baseline, "no point of the sweep is done");
  }
  GateResult result = begin_result(names, baseline.environment, candidate.environment);
  std::vector<PointPair> judged;
  std::map<std::string, Seeds> seeds;
  for (const PointPair& pair : pair_points(baseline, candidate)) {
    const SweepPointRecord& known = pair.baseline != nullptr ? *pair.baseline : *pair.candidate;
    if (!judge_status(pair, "points." + known.id + ".", result)) continue;
    judged.push_back(pair);
    seeds[core::configuration_key(known.config)].add(*pair.baseline);
  }
  Groups groups;
  for (const PointPair& pair : judged) {
    const Seeds& of_config = seeds[core::configuration_key(pair.baseline->config)];
    std::vector<Metric> from =
        metrics_of(*pair.baseline->summary, pair.baseline->config, pair.baseline->heldout_samples);
    std::vector<Metric> to = metrics_of(*pair.candidate->summary, pair.candidate->config,
                                        pair.candidate->heldout_samples);
    const std::string prefix = "points." + pair.baseline->id + ".";
    if (of_config.are_several()) {
      collect_seeds("seeds." + of_config.first_id + ".", from, to, groups);
    }
    for (const std::string& line :
         config_differences(pair.baseline->config, pair.candidate->config)) {
      result.config_differences.push_back(prefix + line);
    }
    judge_metrics(from, to, prefix, policy, result);
  }
  for (const auto& [name, pairs] : groups) {
    result.rows.push_back(judge_learning(name, pairs, policy));
  }
  conclude(result, policy, today);
  return result;
}

}  // namespace actscope::reports
