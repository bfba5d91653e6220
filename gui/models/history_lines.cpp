// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/history_lines.hpp"

#include <algorithm>
#include <numeric>

#include "actscope/reports/history/rendering.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

using reports::History;
using reports::HistoryGroup;
using reports::HistorySeries;
using reports::HistoryStep;

QString valueText(const std::string& metric, double value) {
  return QString::fromStdString(reports::history_value_text(metric, value));
}

QString changeText(const HistorySeries& series, const HistoryStep& step) {
  return QString::fromStdString(reports::history_change_text(series, step));
}

QString effectText(reports::Effect effect) {
  return effect == reports::Effect::neither ? "changed" : reports::name_of(effect);
}

QString labelOf(const reports::HistoryReport& report) {
  const QString date = QString::fromStdString(report.started_at.substr(0, 10));
  const QString revision = QString::fromStdString(report.revision.substr(0, 7));
  if (revision.isEmpty()) return date;
  return date.isEmpty() ? revision : revision + "\n" + date;
}

// Places of a group's reports in the history, and back.
std::vector<std::int64_t> reportsOf(const History& history, std::size_t group) {
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < history.reports.size(); ++i) {
    if (history.reports[i].group == static_cast<std::int64_t>(group)) {
      places.push_back(static_cast<std::int64_t>(i));
    }
  }
  return places;
}

}  // namespace

History historyOf(const RunList& runs) {
  std::vector<reports::HistoryEntry> entries;
  for (const RunPointer& run : runs) {
    if (!run->record) continue;
    entries.push_back(
        reports::entry_of_run(*run->record, run->key.toStdString(), reports::primary_metrics()));
  }
  return reports::build_history(std::move(entries), {});
}

std::vector<std::size_t> historyGroups(const History& history) {
  std::vector<std::size_t> counts(history.groups.size());
  for (const reports::HistoryReport& report : history.reports) {
    ++counts[static_cast<std::size_t>(report.group)];
  }
  std::vector<std::size_t> places(history.groups.size());
  std::iota(places.begin(), places.end(), 0);
  std::erase_if(places, [&](std::size_t place) { return counts[place] < 2; });
  std::ranges::stable_sort(places, std::greater(),
                           [&](std::size_t place) { return counts[place]; });
  return places;
}

HistoryLine historyLineOf(const History& history, std::size_t group, std::size_t number) {
  const HistorySeries& series = history.groups[group].series[number];
  const std::vector<std::int64_t> places = reportsOf(history, group);
  const auto at = [&](std::int64_t report) {
    return static_cast<int>(std::ranges::lower_bound(places, report) - places.begin());
  };
  HistoryLine line;
  for (const std::int64_t place : places) {
    const reports::HistoryReport& report = history.reports[static_cast<std::size_t>(place)];
    line.keys << QString::fromStdString(report.source);
    line.labels << labelOf(report);
    line.gaps << QString::fromStdString(report.gap);
  }
  line.values.resize(places.size());
  for (const reports::HistoryPoint& point : series.points) {
    const auto i = static_cast<std::size_t>(at(point.report));
    line.values[i] = point.value;
    if (!point.value) line.gaps[static_cast<qsizetype>(i)] = QString::fromStdString(point.reason);
  }
  for (const HistoryStep& step : series.steps) {
    line.steps.push_back({at(step.report), at(step.earliest), at(step.latest), step.before,
                          step.after, step.effect, QString::fromStdString(step.quote)});
  }
  return line;
}

std::size_t firstWithStep(const HistoryGroup& group) {
  const auto found = std::ranges::find_if(
      group.series, [](const HistorySeries& series) { return !series.steps.empty(); });
  return found == group.series.end()
             ? 0
             : static_cast<std::size_t>(std::distance(group.series.begin(), found));
}

QString historyText(const HistorySeries& series) {
  if (!series.steps.empty()) return QString::fromStdString(series.steps.back().quote);
  const QString metric = QString::fromStdString(series.metric);
  if (!series.reason.empty()) {
    return QString("%1: too short to say, %2").arg(metric, QString::fromStdString(series.reason));
  }
  return metric + ": no step";
}

void fillHistoryTable(TableModel& table, const History& history, std::size_t group) {
  std::vector<TableRow> rows;
  const auto value = [](const std::string& metric, double number) {
    return Cell{valueText(metric, number), number, {}};
  };
  static const std::vector<HistorySeries> none;
  const auto& all = group < history.groups.size() ? history.groups[group].series : none;
  for (const HistorySeries& series : all) {
    const Cell metric = Cell::of(QString::fromStdString(series.metric));
    for (const HistoryStep& step : series.steps) {
      const auto& report = history.reports[static_cast<std::size_t>(step.report)];
      QStringList causes;
      for (const std::string& cause : step.environment_differences) {
        causes << QString::fromStdString(cause);
      }
      rows.push_back({{metric,
                       Cell::of(effectText(step.effect)),
                       value(series.metric, step.before),
                       value(series.metric, step.after),
                       {changeText(series, step), step.change, {}},
                       Cell::of(labelOf(report).replace('\n', ' ')),
                       causes.isEmpty() ? Cell::none("the environment is the same")
                                        : Cell::of(causes.join("; "))},
                      QString::fromStdString(report.source)});
    }
    if (!series.steps.empty()) continue;
    const Cell verdict = series.reason.empty() ? Cell::of("no step")
                                               : Cell{"too short", "too short",
                                                      QString::fromStdString(series.reason)};
    rows.push_back({{metric, verdict, Cell::none(),
                     series.level ? value(series.metric, *series.level) : Cell::none("no value"),
                     Cell::none(), Cell::none(), Cell::none()},
                    {}});
  }
  table.setTable({{"metric", "Metric", false},
                  {"verdict", "Verdict", false},
                  {"before", "Before"},
                  {"now", "Now"},
                  {"change", "Change [95 %]"},
                  {"since", "Since", false},
                  {"environment", "Changed there, too", false}},
                 std::move(rows));
}

}  // namespace actscope::gui
