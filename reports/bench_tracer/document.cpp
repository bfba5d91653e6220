// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/bench_tracer/document.hpp"

#include <utility>

#include "environment/json.hpp"
#include "format/json_cursor.hpp"
#include "format/run_status_json.hpp"
#include "statistics/ratio_json.hpp"

namespace actscope::reports {
namespace {

constexpr GoalVerdict verdicts[] = {GoalVerdict::none, GoalVerdict::met, GoalVerdict::missed,
                                    GoalVerdict::undecided};

GoalVerdict read_verdict(const JsonCursor& from) {
  const std::string name = from.text();
  for (const GoalVerdict verdict : verdicts) {
    if (name == name_of(verdict)) return verdict;
  }
  from.refuse("none, met, missed or undecided");
}

TracerKind read_kind(const JsonCursor& from) {
  const std::string name = from.text();
  for (const TracerKind kind : {TracerKind::level, TracerKind::rival}) {
    if (name == name_of(kind)) return kind;
  }
  from.refuse("level or rival");
}

// A loop less an empty one may come out below nothing.
Json call_json(const TracerCallCost& row) {
  Json object = {{"name", row.name},
                 {"what", row.what},
                 {"samples", integer_json(row.samples)},
                 {"verdict", name_of(row.verdict)}};
  set_ratio(object, "time_ns", "time_ns", row.time_ns);
  set_measured(object, "goal_ns", row.goal_ns);
  return object;
}

TracerCallCost read_call(const JsonCursor& from) {
  TracerCallCost row;
  row.name = from.at("name").text();
  row.what = from.at("what").text();
  row.samples = from.at("samples").count();
  row.time_ns = {measured_number(from, "time_ns"), measured_number(from, "time_ns_low"),
                 measured_number(from, "time_ns_high")};
  row.goal_ns = measured_amount(from, "goal_ns");
  row.verdict = read_verdict(from.at("verdict"));
  return row;
}

Json step_json(const TracerStepCost& row) {
  Json object = {{"name", row.name},
                 {"kind", name_of(row.kind)},
                 {"what", row.what},
                 {"samples", integer_json(row.samples)},
                 {"step_time_s", row.step_time_s},
                 {"off_step_time_s", row.off_step_time_s},
                 {"verdict", name_of(row.verdict)}};
  set_ratio(object, "ratio", "ratio", row.ratio);
  set_measured(object, "goal_ratio", row.goal_ratio);
  return object;
}

TracerStepCost read_step(const JsonCursor& from) {
  TracerStepCost row;
  row.name = from.at("name").text();
  row.kind = read_kind(from.at("kind"));
  row.what = from.at("what").text();
  row.samples = from.at("samples").count();
  row.step_time_s = from.at("step_time_s").amount();
  row.off_step_time_s = from.at("off_step_time_s").amount();
  row.ratio = read_ratio(from, "ratio", "ratio");
  row.goal_ratio = measured_amount(from, "goal_ratio");
  row.verdict = read_verdict(from.at("verdict"));
  return row;
}

Json file_json(const TracerFileSize& row) {
  Json object = {{"name", row.name},
                 {"kind", name_of(row.kind)},
                 {"bytes", integer_json(row.bytes)},
                 {"events", integer_json(row.events)},
                 {"bytes_per_event", row.bytes_per_event},
                 {"verdict", name_of(row.verdict)}};
  set_measured(object, "goal_bytes", row.goal_bytes);
  return object;
}

TracerFileSize read_file_size(const JsonCursor& from) {
  TracerFileSize row;
  row.name = from.at("name").text();
  row.kind = read_kind(from.at("kind"));
  row.bytes = from.at("bytes").count();
  row.events = from.at("events").count();
  row.bytes_per_event = from.at("bytes_per_event").amount();
  row.goal_bytes = measured_amount(from, "goal_bytes");
  row.verdict = read_verdict(from.at("verdict"));
  return row;
}

Json settings_json(const TracerSettings& s) {
  return {{"model", s.model},
          {"dim", integer_json(s.dim)},
          {"depth", integer_json(s.depth)},
          {"patch", integer_json(s.patch)},
          {"image_size", integer_json(s.image_size)},
          {"scheme", s.scheme},
          {"batch", integer_json(s.batch)},
          {"steps", integer_json(s.steps)},
          {"rounds", integer_json(s.rounds)},
          {"threads", integer_json(s.threads)},
          {"seed", integer_json(s.seed)},
          {"device", s.device}};
}

TracerSettings read_settings(const JsonCursor& from) {
  TracerSettings s;
  s.model = from.at("model").text();
  s.dim = from.at("dim").count();
  s.depth = from.at("depth").count();
  s.patch = from.at("patch").count();
  s.image_size = from.at("image_size").count();
  s.scheme = from.at("scheme").text();
  s.batch = from.at("batch").count();
  s.steps = from.at("steps").count();
  s.rounds = from.at("rounds").count();
  s.threads = from.at("threads").count();
  s.seed = from.at("seed").count();
  s.device = from.at("device").text();
  return s;
}

// A measurement that failed leaves no document.
RunStatus read_status(const JsonCursor& from) {
  const RunStatus status = read_run_status(from);
  if (status == RunStatus::failed) from.refuse("completed or interrupted");
  return status;
}

}  // namespace

std::string write_tracer_document(const TracerBenchRecord& record) {
  Json calls = Json::array(), steps = Json::array(), files = Json::array();
  for (const TracerCallCost& row : record.calls) calls.push_back(call_json(row));
  for (const TracerStepCost& row : record.steps) steps.push_back(step_json(row));
  for (const TracerFileSize& row : record.files) files.push_back(file_json(row));
  return format_json({{"schema", schema_of("actscope.tracer", "1.0.0")},
                      {"status", name_of(record.status)},
                      {"status_reason", record.status_reason},
                      {"environment", environment_json(record.environment, VolatileFields::keep)},
                      {"settings", settings_json(record.settings)},
                      {"calls", std::move(calls)},
                      {"steps", std::move(steps)},
                      {"files", std::move(files)}});
}

TracerBenchRecord read_tracer_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.tracer");
  TracerBenchRecord record;
  record.status = read_status(root.at("status"));
  record.status_reason = root.at("status_reason").text();
  record.environment = read_environment(root.at("environment"));
  record.settings = read_settings(root.at("settings"));
  for (const JsonCursor& row : root.at("calls").items()) record.calls.push_back(read_call(row));
  for (const JsonCursor& row : root.at("steps").items()) record.steps.push_back(read_step(row));
  for (const JsonCursor& row : root.at("files").items()) {
    record.files.push_back(read_file_size(row));
  }
  return record;
}

}  // namespace actscope::reports
