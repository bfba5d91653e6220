// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "actscope/reports/gate/measurement.hpp"
#include "environment/json.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {
namespace {

constexpr MetricClass kinds[] = {MetricClass::exact, MetricClass::timing, MetricClass::learning};
constexpr std::pair<Wanted, const char*> wanted_names[] = {
    {Wanted::fewer, "fewer"}, {Wanted::lower_count, "lower_count"}, {Wanted::small, "small"},
    {Wanted::more, "more"},   {Wanted::unchanged, "unchanged"},     {Wanted::none, "none"}};

const char* wanted_name(Wanted wanted) {
  for (const auto& [value, name] : wanted_names) {
    if (value == wanted) return name;
  }
  return "fewer";
}

Wanted read_wanted(const JsonCursor& from) {
  const std::string text = from.text();
  for (const auto& [value, name] : wanted_names) {
    if (text == name) return value;
  }
  from.refuse("fewer, lower_count, small, more, unchanged or none");
}

MetricClass read_kind(const JsonCursor& from) {
  const std::string text = from.text();
  for (const MetricClass kind : kinds) {
    if (text == name_of(kind)) return kind;
  }
  from.refuse("exact, timing or learning");
}

Json launch_json(const LaunchRecord& launch) {
  if (!launch.failure.empty()) return {{"failure", launch.failure}};
  Json values = Json::object();
  for (const auto& [name, value] : launch.values) {
    values[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  return {{"values", std::move(values)}};
}

LaunchRecord read_launch(const JsonCursor& from, const std::vector<MeasuredMetric>& metrics) {
  LaunchRecord launch;
  if (from.has("failure")) {
    launch.failure = from.at("failure").text();
    if (launch.failure.empty()) from.at("failure").refuse("why the launch failed");
    return launch;
  }
  const JsonCursor values = from.at("values");
  if (!values.is_object()) values.refuse("an object of numbers by metric");
  for (const MeasuredMetric& metric : metrics) {
    if (!values.has(metric.name)) continue;
    const JsonCursor value = values.at(metric.name);
    launch.values[metric.name] =
        value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.number();
  }
  return launch;
}

void set_known(Json& object, const char* field, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) object[field] = *value;
}

std::optional<double> known_share(const JsonCursor& from, const char* field) {
  if (!from.has(field)) return std::nullopt;
  return from.at(field).share();
}

Json round_json(const MeasuredRound& round) {
  Json load = {{"elapsed_s", round.load.elapsed_s}};
  set_known(load, "steal_ratio", round.load.steal_ratio);
  set_known(load, "foreign_ratio", round.load.foreign_ratio);
  set_known(load, "waiting_ratio", round.load.waiting_ratio);
  set_known(load, "frequency_hz", round.load.frequency_hz);
  return {{"batch", round.batch},
          {"first", round.is_candidate_first ? "candidate" : "baseline"},
          {"baseline", launch_json(round.baseline)},
          {"candidate", launch_json(round.candidate)},
          {"load", std::move(load)}};
}

MeasuredRound read_round(const JsonCursor& from, const std::vector<MeasuredMetric>& metrics) {
  MeasuredRound round;
  round.batch = from.at("batch").count();
  if (round.batch > 1) from.at("batch").refuse("0 or 1");
  const std::string first = from.at("first").text();
  if (first != "baseline" && first != "candidate") from.at("first").refuse("baseline or candidate");
  round.is_candidate_first = first == "candidate";
  round.baseline = read_launch(from.at("baseline"), metrics);
  round.candidate = read_launch(from.at("candidate"), metrics);
  const JsonCursor load = from.at("load");
  round.load = {load.at("elapsed_s").amount(),
                known_share(load, "steal_ratio"),
                known_share(load, "foreign_ratio"),
                known_share(load, "waiting_ratio"),
                {}};
  if (load.has("frequency_hz")) round.load.frequency_hz = load.at("frequency_hz").amount();
  return round;
}

}  // namespace

std::string write_rounds_document(const GateMeasurement& measurement) {
  Json metrics = Json::array(), rounds = Json::array();
  for (const MeasuredMetric& metric : measurement.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"class", name_of(metric.kind)},
                       {"wanted", wanted_name(metric.wanted)},
                       {"primary", metric.is_primary},
                       {"heldout_samples", integer_json(metric.heldout_samples)}});
  }
  for (const MeasuredRound& round : measurement.rounds) {
    rounds.push_back(round_json(round));
  }
  return format_json(
      {{"schema", schema_of("actscope.rounds")},
       {"baseline_command", measurement.baseline_command},
       {"candidate_command", measurement.candidate_command},
       {"seed", integer_json(measurement.seed)},
       {"warm_ups", integer_json(measurement.warm_ups)},
       {"environment", environment_json(measurement.environment, VolatileFields::keep)},
       {"metrics", std::move(metrics)},
       {"rounds", std::move(rounds)}});
}

GateMeasurement read_rounds_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.rounds");
  GateMeasurement measurement;
  measurement.baseline_command = root.at("baseline_command").text();
  measurement.candidate_command = root.at("candidate_command").text();
  measurement.seed = root.at("seed").count();
  measurement.warm_ups = root.at("warm_ups").count();
  measurement.environment = read_environment(root.at("environment"));
  for (const JsonCursor& from : root.at("metrics").items()) {
    measurement.metrics.push_back({from.at("name").text(), read_kind(from.at("class")),
                                   read_wanted(from.at("wanted")), from.at("primary").boolean(),
                                   from.at("heldout_samples").count()});
  }
  for (const JsonCursor& from : root.at("rounds").items()) {
    measurement.rounds.push_back(read_round(from, measurement.metrics));
  }
  return measurement;
}

}  // namespace actscope::reports
