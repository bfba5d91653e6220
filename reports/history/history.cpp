// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "actscope/base/paired_ratio.hpp"
#include "gate/pairing.hpp"
#include "history/figures.hpp"
#include "history/order.hpp"

namespace actscope::reports {
namespace {

using Places = std::vector<std::size_t>;

// The values that there are, and the points that they stand at.
struct Row {
  std::vector<double> values;
  Places points;
};

Row row_of(const HistorySeries& series) {
  Row row;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const std::optional<double>& value = series.points[i].value;
    if (!value) continue;
    row.values.push_back(*value);
    row.points.push_back(i);
  }
  return row;
}

ChangeKind change_kind_of(const std::string& metric, const std::vector<double>& values) {
  if (metric.ends_with("accuracy_ratio")) return ChangeKind::difference;
  const bool is_positive = std::ranges::all_of(values, [](double value) { return value > 0; });
  return is_positive ? ChangeKind::ratio : ChangeKind::difference;
}

// Of an accuracy in points, of others relative to the level.
double least_difference(const std::string& metric, const std::vector<double>& values,
                        double least) {
  return metric.ends_with("accuracy_ratio") ? least : least * std::abs(median_of(values));
}

std::vector<FoundStep> steps_of(const HistorySeries& series, const std::vector<double>& values,
                                ChangeKind kind, const StepRule& rule) {
  if (series.kind == MetricClass::exact) return find_changes(values);
  if (kind == ChangeKind::difference) {
    return find_steps(values, least_difference(series.metric, values, rule.least_change_ratio),
                      rule);
  }
  std::vector<double> logarithms;
  logarithms.reserve(values.size());
  for (const double value : values) logarithms.push_back(std::log(value));
  return find_steps(logarithms, std::log1p(rule.least_change_ratio), rule);
}

void set_change(HistoryStep& step, const Shift& shift, MetricClass kind) {
  const bool is_ratio = step.change_kind == ChangeKind::ratio;
  if (kind == MetricClass::exact) {
    step.change = is_ratio ? step.after / step.before : step.after - step.before;
    step.change_low = step.change_high = step.change;
    return;
  }
  const auto shown = [&](double value) { return is_ratio ? std::exp(value) : value; };
  step.change = shown(shift.middle);
  step.change_low = shown(shift.low);
  step.change_high = shown(shift.high);
}

Effect effect_of(const HistoryStep& step, Better better) {
  if (better == Better::neither || step.after == step.before) return Effect::neither;
  const bool is_higher = step.change > (step.change_kind == ChangeKind::ratio ? 1 : 0);
  return is_higher == (better == Better::higher) ? Effect::better : Effect::worse;
}

void add_steps(HistorySeries& series, const StepRule& rule) {
  const Row row = row_of(series);
  if (row.values.empty()) {
    series.verdict = SeriesVerdict::too_short;
    series.reason = "no value";
    return;
  }
  const ChangeKind kind = change_kind_of(series.metric, row.values);
  const std::vector<FoundStep> found = steps_of(series, row.values, kind, rule);
  const auto level = [&](std::size_t begin, std::size_t end) {
    const auto first = row.values.begin();
    return median_of(
        {first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end)});
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t at = found[i].at;
    const std::size_t begin = i == 0 ? 0 : found[i - 1].at;
    const std::size_t end = i + 1 < found.size() ? found[i + 1].at : row.values.size();
    HistoryStep step;
    step.report = series.points[row.points[at]].report;
    step.previous = series.points[row.points[at - 1]].report;
    step.earliest = series.points[row.points[found[i].earliest]].report;
    step.latest = series.points[row.points[found[i].latest]].report;
    step.before = level(begin, at);
    step.after = level(at, end);
    step.change_kind = kind;
    set_change(step, found[i].shift, series.kind);
    step.effect = effect_of(step, series.better);
    series.steps.push_back(std::move(step));
  }
  series.level = level(found.empty() ? 0 : found.back().at, row.values.size());
  if (!found.empty()) {
    series.verdict = SeriesVerdict::step;
    return;
  }
  const std::size_t needed = series.kind == MetricClass::exact ? 2 : fewest_values;
  if (row.values.size() >= needed) return;
  series.verdict = SeriesVerdict::too_short;
  series.reason = fmt::format("{} of {} values", row.values.size(), needed);
}

// Every metric that any report of the group has, in the order of first sight, report by report.
std::vector<HistorySeries> series_of(const std::vector<HistoryEntry>& entries,
                                     const Places& members) {
  std::vector<HistorySeries> all;
  std::map<std::string, std::size_t> places;
  for (const std::size_t member : members) {
    for (const HistoryValue& value : entries[member].values) {
      const auto [place, is_new] = places.try_emplace(value.metric, all.size());
      if (is_new) {
        all.emplace_back();
        all.back().metric = value.metric;
        all.back().kind = value.kind;
        all.back().better = value.better;
      }
      // A peak that was once measured on a GPU is no exact figure.
      HistorySeries& series = all[place->second];
      if (series.kind == MetricClass::exact) series.kind = value.kind;
    }
  }
  for (const std::size_t member : members) {
    const HistoryEntry& entry = entries[member];
    const auto report = static_cast<std::int64_t>(member);
    for (HistorySeries& series : all) {
      series.points.push_back({report, {}, entry.gap.empty() ? "not in the report" : entry.gap});
    }
    for (const HistoryValue& value : entry.values) {
      HistoryPoint& point = all[places[value.metric]].points.back();
      point.value = value.value;
      point.reason = value.reason;
    }
  }
  return all;
}

// Adds to equal names what tells the groups apart.
void tell_apart(std::vector<HistoryGroup>& groups, const std::vector<HistoryEntry>& entries,
                const std::vector<Places>& members) {
  std::map<std::string, std::set<std::string>> common;  // by name: the details that all have
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::vector<std::string>& details = entries[members[i].front()].details;
    std::set<std::string> own(details.begin(), details.end());
    if (counts[groups[i].name]++ == 0) {
      common[groups[i].name] = std::move(own);
    } else {
      std::erase_if(common[groups[i].name],
                    [&](const std::string& detail) { return !own.contains(detail); });
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string name = groups[i].name;
    if (counts[name] == 1) continue;
    for (const std::string& detail : entries[members[i].front()].details) {
      if (!common[name].contains(detail)) groups[i].name += ", " + detail;
    }
  }
}

void add_notes(History& history, const std::vector<HistoryEntry>& entries) {
  std::map<std::string, int> dates;
  for (const HistoryReport& report : history.reports) ++dates[report.started_at];
  int shared = 0;
  for (const auto& [date, count] : dates) shared += date.empty() || count == 1 ? 0 : count;
  if (history.order == HistoryOrder::date && shared > 0) {
    history.notes.push_back(fmt::format(
        "reports that share their date with another: {}; they stand in the order of their paths",
        shared));
  }
  const auto dirty = std::ranges::count_if(entries, [](const HistoryEntry& entry) {
    return entry.environment.git_revision.ends_with("-dirty");
  });
  if (dirty > 0) {
    history.notes.push_back(
        fmt::format("reports of a build with changes that are in no revision: {}", dirty));
  }
}

}  // namespace

History build_history(std::vector<HistoryEntry> entries, const HistoryOptions& options) {
  History history;
  history.order = options.order;
  history.rule = options.rule;
  entries = in_order(std::move(entries), options, history.unplaced);
  std::vector<Places> members;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const HistoryEntry& entry = entries[i];
    const auto [place, is_new] = places.try_emplace(entry.group, members.size());
    history.reports.push_back({entry.source, entry.kind, entry.environment.started_at,
                               entry.environment.git_revision, entry.gap,
                               static_cast<std::int64_t>(place->second)});
    if (is_new) {
      members.emplace_back();
      history.groups.push_back({entry.name, {}});
    }
    members[place->second].push_back(i);
  }
  tell_apart(history.groups, entries, members);
  for (std::size_t i = 0; i < members.size(); ++i) {
    HistoryGroup& group = history.groups[i];
    group.series = series_of(entries, members[i]);
    for (HistorySeries& series : group.series) {
      add_steps(series, options.rule);
      for (HistoryStep& step : series.steps) {
        step.environment_differences =
            environment_differences(entries[static_cast<std::size_t>(step.previous)].environment,
                                    entries[static_cast<std::size_t>(step.report)].environment);
        step.quote = quote_of(history, series, step);
      }
    }
  }
  add_notes(history, entries);
  return history;
}

const char* name_of(HistoryOrder order) {
  constexpr const char* names[] = {"date", "revision", "path"};
  return names[static_cast<int>(order)];
}

const char* name_of(ChangeKind kind) {
  return kind == ChangeKind::ratio ? "ratio" : "difference";
}

const char* name_of(Effect effect) {
  constexpr const char* names[] = {"better", "worse", "neither"};
  return names[static_cast<int>(effect)];
}

const char* name_of(SeriesVerdict verdict) {
  constexpr const char* names[] = {"step", "level", "too_short"};
  return names[static_cast<int>(verdict)];
}

const char* name_of(Better better) {
  constexpr const char* names[] = {"lower", "higher", "neither"};
  return names[static_cast<int>(better)];
}

}  // namespace actscope::reports
