// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/document.hpp"

#include <cmath>
#include <limits>

#include "format/json_cursor.hpp"

namespace actscope::reports {
namespace {

constexpr MetricClass classes[] = {MetricClass::exact, MetricClass::timing, MetricClass::learning};
constexpr GateVerdict all_verdicts[] = {
    GateVerdict::same,  GateVerdict::improved, GateVerdict::regressed, GateVerdict::inconclusive,
    GateVerdict::added, GateVerdict::missing,  GateVerdict::failed};

// Whole numbers without ".0", as the reports write them.
void set_value(Json& object, const std::string& field, const std::optional<double>& value,
               const char* reason) {
  const bool is_whole =
      value && std::abs(*value) < 9007199254740992.0 && *value == std::floor(*value);
  if (is_whole) {
    object[field] = static_cast<std::int64_t>(*value);
  } else {
    set_number(object, field, value.value_or(std::numeric_limits<double>::quiet_NaN()), reason);
  }
}

Json row_json(const GateRow& row) {
  Json object = {
      {"metric", row.metric}, {"class", name_of(row.kind)}, {"verdict", name_of(row.verdict)},
      {"reason", row.reason}, {"message", row.message},     {"waiver", row.waiver}};
  set_value(object, "baseline", row.baseline, "not in the baseline");
  set_value(object, "candidate", row.candidate, "not in the candidate");
  const char* no_ratio = "one of the two is absent, or the baseline is 0";
  set_value(object, "ratio", row.ratio, no_ratio);
  set_value(object, "ratio_low", row.ratio_low, row.ratio ? "no interval is known" : no_ratio);
  set_value(object, "ratio_high", row.ratio_high, row.ratio ? "no interval is known" : no_ratio);
  if (row.is_primary) object["primary"] = true;
  if (row.is_advisory) object["advisory"] = true;
  if (row.rounds > 0) object["rounds"] = row.rounds;
  if (row.p_value) object["p_value_ratio"] = *row.p_value;
  return object;
}

Json timing_json(const GateTiming& timing) {
  return {{"baseline_command", timing.baseline_command},
          {"candidate_command", timing.candidate_command},
          {"rounds", timing.rounds},
          {"confirmation_rounds", timing.confirmation_rounds},
          {"failed_rounds", timing.failed_rounds},
          {"planned_rounds", timing.planned_rounds},
          {"band_ratio", timing.band_ratio},
          {"false_alarm_bound_ratio", timing.false_alarm_bound_ratio}};
}

GateTiming read_timing(const JsonCursor& from) {
  return {from.at("baseline_command").text(), from.at("candidate_command").text(),
          from.at("rounds").count(),          from.at("confirmation_rounds").count(),
          from.at("failed_rounds").count(),   from.at("planned_rounds").count(),
          from.at("band_ratio").amount(),     from.at("false_alarm_bound_ratio").share()};
}

template <class Name, std::size_t count>
Name read_name(const JsonCursor& from, const Name (&names)[count], const char* expected) {
  const std::string text = from.text();
  for (const Name name : names) {
    if (text == name_of(name)) return name;
  }
  from.refuse(expected);
}

GateVerdict read_verdict(const JsonCursor& from) {
  return read_name(from, all_verdicts,
                   "same, improved, regressed, inconclusive, new, missing or failed");
}

GateRow read_row(const JsonCursor& from) {
  GateRow row;
  row.metric = from.at("metric").text();
  row.kind = read_name(from.at("class"), classes, "exact, timing or learning");
  row.verdict = read_verdict(from.at("verdict"));
  row.reason = from.at("reason").text();
  row.message = from.at("message").text();
  row.waiver = from.at("waiver").text();
  row.baseline = measured_number(from, "baseline").value;
  row.candidate = measured_number(from, "candidate").value;
  row.ratio = measured_number(from, "ratio").value;
  row.ratio_low = measured_number(from, "ratio_low").value;
  row.ratio_high = measured_number(from, "ratio_high").value;
  row.is_primary = from.has("primary") && from.at("primary").boolean();
  row.is_advisory = from.has("advisory") && from.at("advisory").boolean();
  if (from.has("rounds")) row.rounds = from.at("rounds").count();
  if (from.has("p_value_ratio")) row.p_value = from.at("p_value_ratio").share();
  return row;
}

}  // namespace

std::string write_gate_document(const GateResult& result) {
  Json rows = Json::array();
  for (const GateRow& row : result.rows) rows.push_back(row_json(row));
  Json document = {{"schema", schema_of("actscope.gate", "1.1.0")},
                   {"baseline", result.baseline_name},
                   {"candidate", result.candidate_name},
                   {"verdict", name_of(result.verdict)},
                   {"config_differences", result.config_differences},
                   {"environment_differences", result.environment_differences},
                   {"notes", result.notes},
                   {"ignored", integer_json(result.ignored)},
                   {"rows", std::move(rows)}};
  if (result.timing) document["timing"] = timing_json(*result.timing);
  return format_json(document);
}

GateResult read_gate_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.gate");
  GateResult result;
  result.baseline_name = root.at("baseline").text();
  result.candidate_name = root.at("candidate").text();
  result.verdict = read_verdict(root.at("verdict"));
  result.config_differences = root.at("config_differences").texts();
  result.environment_differences = root.at("environment_differences").texts();
  result.notes = root.at("notes").texts();
  result.ignored = root.at("ignored").count();
  for (const JsonCursor& row : root.at("rows").items()) result.rows.push_back(read_row(row));
  if (root.has("timing")) result.timing = read_timing(root.at("timing"));
  return result;
}

}  // namespace actscope::reports
