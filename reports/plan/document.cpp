// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/plan/document.hpp"

#include "config/json.hpp"
#include "environment/json.hpp"

namespace actscope::reports {
namespace {

Json estimate_json(const PlanEstimate& estimate) {
  return {{"saved_bytes", integer_json(estimate.saved_bytes)},
          {"peak_bytes", integer_json(estimate.peak_bytes)},
          {"blocks_time_s", estimate.blocks_time_s},
          {"gradient_error_ratio", estimate.gradient_error_ratio}};
}

PlanEstimate read_estimate(const JsonCursor& from) {
  return {from.at("saved_bytes").count(), from.at("peak_bytes").count(),
          from.at("blocks_time_s").amount(), from.at("gradient_error_ratio").amount()};
}

Json candidate_json(const PlanCandidate& candidate) {
  return {{"name", candidate.name},
          {"slots", candidate.slots},
          {"operands", candidate.operands},
          {"saved_bytes", integer_json(candidate.saved_bytes)},
          {"forward_transient_bytes", integer_json(candidate.forward_transient_bytes)},
          {"backward_transient_bytes", integer_json(candidate.backward_transient_bytes)},
          {"time_s", candidate.time_s},
          {"gradient_error_ratio", candidate.gradient_error_ratio}};
}

PlanCandidate read_candidate(const JsonCursor& from) {
  return {from.at("name").text(),
          from.at("slots").texts(),
          from.at("operands").texts(),
          from.at("saved_bytes").count(),
          from.at("forward_transient_bytes").count(),
          from.at("backward_transient_bytes").count(),
          from.at("time_s").amount(),
          from.at("gradient_error_ratio").amount()};
}

Json preset_json(const PlanPreset& preset) {
  Json object = estimate_json(preset.estimate);
  object["name"] = preset.name;
  object["is_allowed"] = preset.is_allowed;
  return object;
}

PlanPreset read_preset(const JsonCursor& from) {
  return {from.at("name").text(), read_estimate(from), from.at("is_allowed").boolean()};
}

}  // namespace

std::string write_plan_document(const PlanRecord& record, VolatileFields volatile_fields) {
  Json candidates = Json::array(), presets = Json::array();
  for (const PlanCandidate& candidate : record.candidates) {
    candidates.push_back(candidate_json(candidate));
  }
  for (const PlanPreset& preset : record.presets) presets.push_back(preset_json(preset));
  Json document = {{"schema", schema_of("actscope.plan", "1.1.0")},
                   {"config", config_json(record.config)},
                   {"environment", environment_json(record.environment, volatile_fields)},
                   {"budget_bytes", integer_json(record.budget_bytes)},
                   {"least_budget_bytes", integer_json(record.least_budget_bytes)},
                   {"reserve_bytes", integer_json(record.reserve_bytes)},
                   {"max_gradient_error_ratio", nullptr},
                   {"error_weight_ratio", record.error_weight_ratio},
                   {"layers", record.layers},
                   {"estimate", estimate_json(record.estimate)},
                   {"trial", nullptr},
                   {"candidates", std::move(candidates)},
                   {"presets", std::move(presets)}};
  if (record.max_gradient_error_ratio) {
    document["max_gradient_error_ratio"] = *record.max_gradient_error_ratio;
  }
  if (record.trial) {
    document["trial"] = {{"peak_bytes", integer_json(record.trial->peak_bytes)},
                         {"step_time_s", record.trial->step_time_s}};
  }
  return format_json(document);
}

PlanRecord read_plan_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.plan");
  PlanRecord record;
  record.config = read_whole_config(root.at("config"));
  record.environment = read_environment(root.at("environment"));
  record.budget_bytes = root.at("budget_bytes").count();
  record.least_budget_bytes = root.at("least_budget_bytes").count();
  record.reserve_bytes = root.at("reserve_bytes").count();
  if (const JsonCursor bound = root.at("max_gradient_error_ratio"); !bound.is_null()) {
    record.max_gradient_error_ratio = bound.amount();
  }
  if (root.has("error_weight_ratio")) {
    record.error_weight_ratio = root.at("error_weight_ratio").amount();
  }
  record.layers = root.at("layers").texts();
  record.estimate = read_estimate(root.at("estimate"));
  if (const JsonCursor trial = root.at("trial"); !trial.is_null()) {
    record.trial = {trial.at("peak_bytes").count(), trial.at("step_time_s").amount()};
  }
  for (const JsonCursor& from : root.at("candidates").items()) {
    record.candidates.push_back(read_candidate(from));
  }
  for (const JsonCursor& from : root.at("presets").items()) {
    record.presets.push_back(read_preset(from));
  }
  return record;
}

}  // namespace actscope::reports
