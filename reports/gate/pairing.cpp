// SPDX-License-Identifier: Apache-2.0
#include "gate/pairing.hpp"

#include <map>
#include <set>

#include "actscope/core/config/alike.hpp"
#include "environment/json.hpp"

namespace actscope::reports {

std::string config_key(const RunConfig& config) {
  return core::configuration_key(config) + std::to_string(config.seed);
}

std::vector<MetricPair> pair_metrics(const std::vector<Metric>& baseline,
                                     const std::vector<Metric>& candidate) {
  std::map<std::string, const Metric*> by_name;
  for (const Metric& metric : candidate) by_name[metric.name] = &metric;
  std::vector<MetricPair> pairs;
  std::set<std::string> known;
  for (const Metric& metric : baseline) {
    const auto place = by_name.find(metric.name);
    pairs.push_back({&metric, place == by_name.end() ? nullptr : place->second});
    known.insert(metric.name);
  }
  for (const Metric& metric : candidate) {
    if (!known.contains(metric.name)) pairs.push_back({nullptr, &metric});
  }
  return pairs;
}

std::vector<PointPair> pair_points(const SweepRecord& baseline, const SweepRecord& candidate) {
  std::map<std::string, const SweepPointRecord*> by_id;
  for (const SweepPointRecord& point : candidate.points) by_id[point.id] = &point;
  std::set<std::string> shared;
  for (const SweepPointRecord& point : baseline.points) {
    if (by_id.contains(point.id)) shared.insert(point.id);
  }
  std::multimap<std::string, const SweepPointRecord*> by_config;  // equal keys keep their order
  for (const SweepPointRecord& point : candidate.points) {
    if (!shared.contains(point.id)) by_config.emplace(config_key(point.config), &point);
  }
  std::vector<PointPair> pairs;
  std::set<const SweepPointRecord*> taken;
  for (const SweepPointRecord& point : baseline.points) {
    const SweepPointRecord* match = nullptr;
    if (shared.contains(point.id)) {
      match = by_id[point.id];
    } else if (const auto place = by_config.find(config_key(point.config));
               place != by_config.end()) {
      match = by_config.lower_bound(place->first)->second;
      by_config.erase(by_config.lower_bound(place->first));
    }
    pairs.push_back({&point, match});
    taken.insert(match);
  }
  for (const SweepPointRecord& point : candidate.points) {
    if (!taken.contains(&point)) pairs.push_back({nullptr, &point});
  }
  return pairs;
}

std::vector<std::string> environment_differences(const EnvironmentRecord& a,
                                                 const EnvironmentRecord& b) {
  const Json left = environment_json(a, VolatileFields::drop);
  const Json right = environment_json(b, VolatileFields::drop);
  std::vector<std::string> differences;
  for (const char* field :
       {"compiler", "compiler_flags", "build_type", "features", "libtorch_version", "cuda_version",
        "os", "cpu", "cores", "threads", "gpu", "gpu_driver", "kernel_backend"}) {
    const auto text = [](const Json& value) {
      return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    if (left[field] == right[field]) continue;
    differences.push_back(std::string(field) + ": " + text(left[field]) + " -> " +
                          text(right[field]));
  }
  return differences;
}

}  // namespace actscope::reports
