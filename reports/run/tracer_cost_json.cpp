// SPDX-License-Identifier: Apache-2.0
#include "run/tracer_cost_json.hpp"

#include "statistics/ratio_json.hpp"

namespace actscope::reports {

Json tracer_cost_json(const std::optional<TracerCost>& cost) {
  if (!cost) return nullptr;
  Json object = {{"level", cost->level}, {"samples", integer_json(cost->samples)}};
  set_measured(object, "on_step_time_s", cost->on_step_s);
  set_measured(object, "off_step_time_s", cost->off_step_s);
  set_ratio(object, "ratio", "ratio", cost->ratio);
  return object;
}

std::optional<TracerCost> read_tracer_cost(const JsonCursor& from) {
  if (from.is_null()) return std::nullopt;
  TracerCost cost;
  cost.level = from.at("level").text();
  cost.samples = from.at("samples").count();
  cost.on_step_s = measured_amount(from, "on_step_time_s");
  cost.off_step_s = measured_amount(from, "off_step_time_s");
  cost.ratio = read_ratio(from, "ratio", "ratio");
  return cost;
}

}  // namespace actscope::reports
