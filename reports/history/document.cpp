// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/document.hpp"

#include <cmath>
#include <limits>

#include "format/json_cursor.hpp"

namespace actscope::reports {
namespace {

// Whole numbers without ".0", as the reports write them.
Json number_json(double value) {
  const bool is_whole = std::abs(value) < 9007199254740992.0 && value == std::floor(value);
  return is_whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

void set_value(Json& object, const std::string& field, const std::optional<double>& value,
               const std::string& reason) {
  if (value && std::isfinite(*value)) {
    object[field] = number_json(*value);
  } else {
    set_number(object, field, std::numeric_limits<double>::quiet_NaN(),
               reason.empty() ? "not finite" : reason.c_str());
  }
}

template <class Name, std::size_t count>
Name read_name(const JsonCursor& from, const Name (&names)[count], const char* expected) {
  const std::string text = from.text();
  for (const Name name : names) {
    if (text == name_of(name)) return name;
  }
  from.refuse(expected);
}

constexpr HistoryOrder orders_of_history[] = {HistoryOrder::date, HistoryOrder::revision,
                                              HistoryOrder::path};
constexpr MetricClass classes_of_series[] = {MetricClass::exact, MetricClass::timing,
                                             MetricClass::learning};
constexpr Better directions[] = {Better::lower, Better::higher, Better::neither};
constexpr SeriesVerdict verdicts_of_series[] = {SeriesVerdict::step, SeriesVerdict::level,
                                                SeriesVerdict::too_short};
constexpr ChangeKind change_kinds[] = {ChangeKind::ratio, ChangeKind::difference};
constexpr Effect effects[] = {Effect::better, Effect::worse, Effect::neither};

Json report_json(const HistoryReport& report) {
  return {
      {"source", report.source},     {"kind", report.kind}, {"started_at", report.started_at},
      {"revision", report.revision}, {"gap", report.gap},   {"group", integer_json(report.group)}};
}

HistoryReport read_report(const JsonCursor& from) {
  return {from.at("source").text(),   from.at("kind").text(), from.at("started_at").text(),
          from.at("revision").text(), from.at("gap").text(),  from.at("group").count()};
}

Json step_json(const HistoryStep& step) {
  Json object = {{"report", integer_json(step.report)},
                 {"previous", integer_json(step.previous)},
                 {"earliest", integer_json(step.earliest)},
                 {"latest", integer_json(step.latest)},
                 {"change_kind", name_of(step.change_kind)},
                 {"effect", name_of(step.effect)},
                 {"environment_differences", step.environment_differences},
                 {"quote", step.quote}};
  for (const auto& [field, value] : {std::pair{"before", step.before},
                                     {"after", step.after},
                                     {"change", step.change},
                                     {"change_low", step.change_low},
                                     {"change_high", step.change_high}}) {
    set_value(object, field, value, "not finite");
  }
  return object;
}

// A place in `reports`.
std::int64_t read_place(const JsonCursor& from, std::size_t reports) {
  const std::int64_t place = from.count();
  if (static_cast<std::uint64_t>(place) >= reports) from.refuse("a place in $.reports, from 0");
  return place;
}

HistoryStep read_step(const JsonCursor& from, std::size_t reports) {
  HistoryStep step;
  step.report = read_place(from.at("report"), reports);
  step.previous = read_place(from.at("previous"), reports);
  step.earliest = read_place(from.at("earliest"), reports);
  step.latest = read_place(from.at("latest"), reports);
  step.change_kind = read_name(from.at("change_kind"), change_kinds, "ratio or difference");
  step.effect = read_name(from.at("effect"), effects, "better, worse or neither");
  step.before = number_or_nan(from, "before");
  step.after = number_or_nan(from, "after");
  step.change = number_or_nan(from, "change");
  step.change_low = number_or_nan(from, "change_low");
  step.change_high = number_or_nan(from, "change_high");
  step.environment_differences = from.at("environment_differences").texts();
  step.quote = from.at("quote").text();
  return step;
}

Json series_json(const HistorySeries& series) {
  Json points = Json::array(), steps = Json::array();
  for (const HistoryPoint& point : series.points) {
    Json object = {{"report", integer_json(point.report)}};
    set_value(object, "value", point.value, point.reason);
    points.push_back(std::move(object));
  }
  for (const HistoryStep& step : series.steps) steps.push_back(step_json(step));
  Json object = {{"metric", series.metric},          {"class", name_of(series.kind)},
                 {"better", name_of(series.better)}, {"verdict", name_of(series.verdict)},
                 {"verdict_reason", series.reason},  {"points", std::move(points)},
                 {"steps", std::move(steps)}};
  set_value(object, "level", series.level, "no report has a value");
  return object;
}

HistorySeries read_series(const JsonCursor& from, std::size_t reports) {
  HistorySeries series;
  series.metric = from.at("metric").text();
  series.kind = read_name(from.at("class"), classes_of_series, "exact, timing or learning");
  series.better = read_name(from.at("better"), directions, "lower, higher or neither");
  series.verdict = read_name(from.at("verdict"), verdicts_of_series, "step, level or too_short");
  series.reason = from.at("verdict_reason").text();
  series.level = measured_number(from, "level").value;
  for (const JsonCursor& point : from.at("points").items()) {
    const Measured<double> value = measured_number(point, "value");
    series.points.push_back({read_place(point.at("report"), reports), value.value, value.reason});
  }
  for (const JsonCursor& step : from.at("steps").items()) {
    series.steps.push_back(read_step(step, reports));
  }
  return series;
}

Json problems_json(const std::vector<HistoryProblem>& problems) {
  Json list = Json::array();
  for (const HistoryProblem& problem : problems) {
    list.push_back({{"source", problem.source}, {"reason", problem.reason}});
  }
  return list;
}

std::vector<HistoryProblem> read_problems(const JsonCursor& from) {
  std::vector<HistoryProblem> problems;
  for (const JsonCursor& problem : from.items()) {
    problems.push_back({problem.at("source").text(), problem.at("reason").text()});
  }
  return problems;
}

}  // namespace

std::string write_history_document(const History& history) {
  Json reports = Json::array(), groups = Json::array();
  for (const HistoryReport& report : history.reports) reports.push_back(report_json(report));
  for (const HistoryGroup& group : history.groups) {
    Json series = Json::array();
    for (const HistorySeries& one : group.series) series.push_back(series_json(one));
    groups.push_back({{"name", group.name}, {"series", std::move(series)}});
  }
  return format_json({{"schema", schema_of("actscope.history")},
                      {"name", history.name},
                      {"order", name_of(history.order)},
                      {"rule",
                       {{"false_alarm_ratio", history.rule.false_alarm_ratio},
                        {"least_change_ratio", history.rule.least_change_ratio},
                        {"confidence_ratio", history.rule.confidence_ratio}}},
                      {"reports", std::move(reports)},
                      {"groups", std::move(groups)},
                      {"unreadable", problems_json(history.unreadable)},
                      {"unplaced", problems_json(history.unplaced)},
                      {"other_files", integer_json(history.other_files)},
                      {"notes", history.notes}});
}

History read_history_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.history");
  History history;
  history.name = root.at("name").text();
  history.order = read_name(root.at("order"), orders_of_history, "date, revision or path");
  const JsonCursor rule = root.at("rule");
  history.rule = {rule.at("false_alarm_ratio").share(), rule.at("least_change_ratio").share(),
                  rule.at("confidence_ratio").share()};
  for (const JsonCursor& report : root.at("reports").items()) {
    history.reports.push_back(read_report(report));
  }
  if (history.reports.empty()) root.at("reports").refuse("at least one report");
  for (const JsonCursor& group : root.at("groups").items()) {
    HistoryGroup& read = history.groups.emplace_back();
    read.name = group.at("name").text();
    for (const JsonCursor& series : group.at("series").items()) {
      read.series.push_back(read_series(series, history.reports.size()));
    }
  }
  history.unreadable = read_problems(root.at("unreadable"));
  history.unplaced = read_problems(root.at("unplaced"));
  history.other_files = root.at("other_files").count();
  history.notes = root.at("notes").texts();
  return history;
}

}  // namespace actscope::reports
