// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/run/document.hpp"

#include <cmath>

#include "actscope/base/sha256.hpp"
#include "actscope/core/config/run_option.hpp"
#include "config/json.hpp"
#include "environment/json.hpp"
#include "footprint/json.hpp"
#include "format/run_status_json.hpp"
#include "memory/json.hpp"
#include "memory/ledger_json.hpp"
#include "run/summary_json.hpp"
#include "run/timing_json.hpp"
#include "run/tracer_cost_json.hpp"

namespace actscope::reports {
namespace {

Json accuracy_json(const std::vector<AccuracyPoint>& points, VolatileFields volatile_fields) {
  Json list = Json::array();
  for (const AccuracyPoint& point : points) {
    Json object = {{"epoch", integer_json(point.epoch)}, {"step", integer_json(point.step)}};
    const bool is_dropped = volatile_fields == VolatileFields::drop;
    set_number(object, "elapsed_s", is_dropped ? NAN : point.elapsed_s, no_volatile_reason);
    set_measured(object, "train_loss", point.train_loss);
    set_measured(object, "train_accuracy_ratio", point.train_accuracy_ratio);
    set_measured(object, "heldout_loss", point.heldout_loss);
    set_measured(object, "heldout_accuracy_ratio", point.heldout_accuracy_ratio);
    list.push_back(std::move(object));
  }
  return list;
}

AccuracyPoint read_point(const JsonCursor& from) {
  AccuracyPoint point;
  point.epoch = from.at("epoch").count();
  point.step = from.at("step").count();
  point.elapsed_s = number_or_nan(from, "elapsed_s");
  point.train_loss = measured_number(from, "train_loss");
  point.train_accuracy_ratio = measured_share(from, "train_accuracy_ratio");
  point.heldout_loss = measured_number(from, "heldout_loss");
  point.heldout_accuracy_ratio = measured_share(from, "heldout_accuracy_ratio");
  return point;
}

Json gradients_json(const std::vector<GradientError>& gradients) {
  Json list = Json::array();
  for (const GradientError& g : gradients) {
    Json object = {{"layer", g.layer}, {"parameter", g.parameter}};
    set_number(object, "relative_error", g.relative_error, "not finite");
    set_number(object, "cosine", g.cosine, "not finite");
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace

namespace {

// The oldest version that has every field of the document: earlier readers lose nothing, and the
// ids of runs of our own stay as they were.
const char* version_of(const RunRecord& record) {
  return record.model_kind == ModelKind::resmlp ? "1.4.0" : "1.5.0";
}

Json model_json(const RunRecord& record) {
  Json model = {{"parameters", integer_json(record.parameters)}, {"layers", record.layer_names}};
  if (record.model_kind == ModelKind::resmlp) return model;
  model["kind"] = name_of(record.model_kind);
  model["name"] = core::is_known("model", record.config) ? record.config.model : "";
  return model;
}

ModelKind read_kind(const JsonCursor& model) {
  if (!model.has("kind")) return ModelKind::resmlp;
  const std::string kind = model.at("kind").text();
  for (const ModelKind known : {ModelKind::resmlp, ModelKind::python, ModelKind::libtorch}) {
    if (kind == name_of(known)) return known;
  }
  model.at("kind").refuse("resmlp, python or libtorch");
}

Json run_json(const RunRecord& record, VolatileFields volatile_fields) {
  const bool is_dropped = volatile_fields == VolatileFields::drop;
  RunConfig config = record.config;
  if (is_dropped) config.out.clear();  // where it was written is no part of the work
  return {{"schema", schema_of("actscope.run", version_of(record))},
          {"status", name_of(record.status)},
          {"status_reason", record.status_reason},
          {"config", config_json(config)},
          {"environment", environment_json(record.environment, volatile_fields)},
          {"model", model_json(record)},
          {"data",
           {{"train_samples", integer_json(record.train_samples)},
            {"heldout_samples", integer_json(record.heldout_samples)},
            {"sha256", record.data_sha256}}},
          {"summary", summary_json(record.summary, volatile_fields)},
          {"layers", layers_json(record.layers)},
          {"operators", is_dropped ? Json::array() : timings_json(record.operators)},
          {"kernels", is_dropped ? Json::array() : timings_json(record.kernels)},
          {"trace", trace_json(record.trace, volatile_fields)},
          {"tracer_cost", is_dropped ? Json(nullptr) : tracer_cost_json(record.tracer_cost)},
          {"ledger", ledger_json(record.ledger)},
          {"memory", memory_json(record.memory)},
          {"gradients", gradients_json(record.gradients)},
          {"accuracy", accuracy_json(record.accuracy, volatile_fields)},
          {"samples", {{"step_time_s", is_dropped ? Json::array() : Json(record.step_times_s)}}},
          {"warnings", record.warnings}};
}

}  // namespace

std::string run_id(const RunRecord& record) {
  Sha256 hash;
  hash.update(format_json(run_json(record, VolatileFields::drop)));
  return hash.hex_digest();
}

std::string write_run_document(const RunRecord& record, VolatileFields volatile_fields) {
  Json document = run_json(record, volatile_fields);
  document["id"] = run_id(record);
  return format_json(document);
}

RunRecord read_run_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.run");
  if (root.has("id")) (void)root.at("id").digest();
  RunRecord record;
  record.status = read_run_status(root.at("status"));
  record.status_reason = root.at("status_reason").text();
  record.model_kind = read_kind(root.at("model"));
  if (root.at("model").has("name")) (void)root.at("model").at("name").text();
  record.config = record.model_kind == ModelKind::resmlp ? read_whole_config(root.at("config"))
                                                         : read_known_config(root.at("config"));
  record.environment = read_environment(root.at("environment"));
  record.parameters = root.at("model").at("parameters").count();
  record.layer_names = root.at("model").at("layers").texts();
  record.train_samples = root.at("data").at("train_samples").count();
  record.heldout_samples = root.at("data").at("heldout_samples").count();
  record.data_sha256 = root.at("data").at("sha256").text();
  record.summary = read_summary(root.at("summary"));
  record.layers = read_layers(root.at("layers"));
  record.operators = read_timings(root.at("operators"));
  if (root.has("kernels")) record.kernels = read_timings(root.at("kernels"));
  if (root.has("trace")) record.trace = read_trace(root.at("trace"));
  if (root.has("tracer_cost")) record.tracer_cost = read_tracer_cost(root.at("tracer_cost"));
  if (root.has("ledger")) record.ledger = read_ledger(root.at("ledger"));
  if (root.has("memory")) record.memory = read_memory(root.at("memory"));
  for (const JsonCursor& g : root.at("gradients").items()) {
    record.gradients.push_back({g.at("layer").text(), g.at("parameter").text(),
                                number_or_nan(g, "relative_error"), number_or_nan(g, "cosine")});
  }
  for (const JsonCursor& point : root.at("accuracy").items()) {
    record.accuracy.push_back(read_point(point));
  }
  record.step_times_s = root.at("samples").at("step_time_s").numbers();
  record.warnings = root.at("warnings").texts();
  return record;
}

}  // namespace actscope::reports
