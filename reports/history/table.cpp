// SPDX-License-Identifier: Apache-2.0
#include "history/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "actscope/reports/history/rendering.hpp"
#include "gate/row.hpp"
#include "history/figures.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t most_steps = 5;     // of a metric that are listed
constexpr std::size_t most_gaps = 4;      // of a metric that are named
constexpr std::size_t most_singles = 10;  // configurations of one report that are named

const HistoryReport& report_of(const History& history, std::int64_t place) {
  return history.reports[static_cast<std::size_t>(place)];
}

// "3 earlier to 1 later": reports of the series by which the step may begin elsewhere.
std::string place_text(const HistorySeries& series, const HistoryStep& step) {
  std::int64_t earlier = 0, later = 0;
  for (const HistoryPoint& point : series.points) {
    if (!point.value) continue;
    earlier += point.report >= step.earliest && point.report < step.report ? 1 : 0;
    later += point.report > step.report && point.report <= step.latest ? 1 : 0;
  }
  if (earlier == 0 && later == 0) return empty_cell;
  return fmt::format("-{} +{}", earlier, later);
}

void add_steps(TextTable& table, const History& history, const HistorySeries& series) {
  const std::size_t count = series.steps.size();
  const std::size_t first = count > most_steps ? count - most_steps : 0;
  if (first > 0) {
    table.add({series.metric, fmt::format("{} earlier steps", first), empty_cell, empty_cell,
               empty_cell, empty_cell, empty_cell});
  }
  for (std::size_t i = first; i < count; ++i) {
    const HistoryStep& step = series.steps[i];
    table.add({series.metric, word_of(step.effect), short_value(series.metric, step.before),
               short_value(series.metric, step.after), history_change_text(series, step),
               report_text(history, step.report), place_text(series, step)});
  }
}

// "failed: out of memory (runs/7/report.json, runs/9/report.json)": reports of one reason together;
// none is named where all have it.
std::string reasons_text(const std::vector<std::pair<std::string, std::string>>& gaps,
                         std::size_t reports) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const auto& [reason, source] : gaps) {
    const auto place =
        std::ranges::find_if(by_reason, [&](const auto& known) { return known.first == reason; });
    if (place == by_reason.end()) {
      by_reason.push_back({reason, {source}});
    } else {
      place->second.push_back(source);
    }
  }
  std::string text;
  for (const auto& [reason, sources] : by_reason) {
    text += (text.empty() ? "" : "; ") + reason;
    if (sources.size() == reports && reports > 1) continue;
    for (std::size_t i = 0; i < std::min(sources.size(), most_gaps); ++i) {
      text += (i == 0 ? " (" : ", ") + sources[i];
    }
    if (sources.size() > most_gaps) {
      text += fmt::format(", and {} more", sources.size() - most_gaps);
    }
    text += ")";
  }
  return text;
}

std::vector<const HistoryReport*> reports_in(const History& history, const HistoryGroup& group) {
  const std::int64_t place = &group - history.groups.data();
  std::vector<const HistoryReport*> reports;
  for (const HistoryReport& report : history.reports) {
    if (report.group == place) reports.push_back(&report);
  }
  return reports;
}

// Reports of a group without any metric, which is one whose runs all failed.
std::vector<std::string> group_gaps(const History& history, const HistoryGroup& group) {
  const std::vector<const HistoryReport*> reports = reports_in(history, group);
  std::vector<std::pair<std::string, std::string>> gaps;
  for (const HistoryReport* report : reports) {
    if (!report->gap.empty()) gaps.emplace_back(report->gap, report->source);
  }
  if (gaps.empty()) return {};
  return {fmt::format("{} of {} reports: ", gaps.size(), reports.size()) +
          reasons_text(gaps, reports.size())};
}

std::string numbered(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string span_text(const History& history) {
  if (history.reports.empty()) return {};
  const std::string first = history.reports.front().started_at.substr(0, 10);
  const std::string last = history.reports.back().started_at.substr(0, 10);
  if (first.empty() || last.empty()) return {};
  return first == last ? ", " + first : ", " + first + " to " + last;
}

}  // namespace

const char* word_of(Effect effect) {
  return effect == Effect::neither ? "changed" : name_of(effect);
}

TextTable history_table(const History& history, const HistoryGroup& group) {
  TextTable table({"metric", "verdict", "before", "now", "change [95 %]", "since", "off by"});
  for (const HistorySeries& series : group.series) {
    if (!series.steps.empty()) {
      add_steps(table, history, series);
      continue;
    }
    std::string verdict = "no step";
    if (!series.reason.empty()) verdict = "too short (" + series.reason + ")";
    table.add({series.metric, series.level ? verdict : "no value", empty_cell,
               series.level ? short_value(series.metric, series.level) : empty_cell, empty_cell,
               empty_cell, empty_cell});
  }
  return table;
}

TextTable history_numbers(const History& history) {
  TextTable table({"group", "metric", "report", "started_at", "revision", "value", "reason", "step",
                   "change", "change_low", "change_high"});
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
  };
  for (const HistoryGroup& group : history.groups) {
    for (const HistorySeries& series : group.series) {
      auto step = series.steps.begin();
      for (const HistoryPoint& point : series.points) {
        const HistoryReport& report = report_of(history, point.report);
        const bool is_step = step != series.steps.end() && step->report == point.report;
        table.add({group.name, series.metric, report.source, report.started_at, report.revision,
                   number(point.value), point.reason, is_step ? word_of(step->effect) : "",
                   is_step ? number(step->change) : "", is_step ? number(step->change_low) : "",
                   is_step ? number(step->change_high) : ""});
        if (is_step) ++step;
      }
    }
  }
  return table;
}

std::string history_sentence(const History& history) {
  const char* orders[] = {"in the order of their dates", "in the order of the list of revisions",
                          "in the order of their paths"};
  return numbered(history.reports.size(), "report", "reports") + " of " +
         numbered(history.groups.size(), "configuration", "configurations") + span_text(history) +
         ", " + orders[static_cast<int>(history.order)];
}

std::vector<std::string> gap_lines(const History& history, const HistoryGroup& group) {
  if (group.series.empty()) return group_gaps(history, group);
  std::vector<std::pair<std::string, std::string>> by_text;  // gaps: the metrics that have them
  for (const HistorySeries& series : group.series) {
    std::vector<std::pair<std::string, std::string>> gaps;
    for (const HistoryPoint& point : series.points) {
      if (!point.value) gaps.emplace_back(point.reason, report_of(history, point.report).source);
    }
    if (gaps.empty()) continue;
    const std::string text =
        fmt::format(": {} of {} reports: ", gaps.size(), series.points.size()) +
        reasons_text(gaps, series.points.size());
    const auto place =
        std::ranges::find(by_text, text, &std::pair<std::string, std::string>::first);
    if (place == by_text.end()) {
      by_text.emplace_back(text, series.metric);
    } else {
      place->second += ", " + series.metric;
    }
  }
  std::vector<std::string> lines;
  lines.reserve(by_text.size());
  for (const auto& [text, metrics] : by_text) lines.push_back(metrics + text);
  return lines;
}

std::vector<std::string> cause_lines(const History& history, const HistoryGroup& group) {
  std::map<std::int64_t, std::pair<std::string, const HistoryStep*>> by_report;
  for (const HistorySeries& series : group.series) {
    for (const HistoryStep& step : series.steps) {
      if (step.environment_differences.empty()) continue;
      auto& [metrics, known] = by_report[step.report];
      metrics += (metrics.empty() ? "" : ", ") + series.metric;
      known = &step;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [report, cause] : by_report) {
    std::string text = report_text(history, report) + " (" + cause.first + "): ";
    const std::vector<std::string>& differences = cause.second->environment_differences;
    for (std::size_t i = 0; i < differences.size(); ++i)
      text += (i == 0 ? "" : "; ") + differences[i];
    lines.push_back(text);
  }
  return lines;
}

std::vector<std::string> quote_lines(const HistoryGroup& group) {
  std::vector<std::string> lines;
  for (const HistorySeries& series : group.series) {
    if (!series.steps.empty()) lines.push_back(series.steps.back().quote);
  }
  return lines;
}

bool has_one_report(const History& history, const HistoryGroup& group) {
  return reports_in(history, group).size() == 1;
}

std::vector<std::string> single_lines(const History& history) {
  std::vector<std::string> lines;
  std::size_t left_out = 0;
  for (const HistoryGroup& group : history.groups) {
    if (!has_one_report(history, group)) continue;
    if (lines.size() == most_singles) {
      ++left_out;
      continue;
    }
    const HistoryReport& report = *reports_in(history, group).front();
    std::string line = fmt::format("{} ({})", group.name, report.source);
    if (!report.gap.empty()) line += ": " + report.gap;
    lines.push_back(std::move(line));
  }
  if (left_out > 0) lines.push_back(fmt::format("and {} more", left_out));
  return lines;
}

std::vector<std::string> history_remarks(const History& history) {
  std::vector<std::string> lines = history.notes;
  const auto list = [&](const std::vector<HistoryProblem>& problems, const char* what) {
    if (problems.empty()) return;
    const HistoryProblem& first = problems.front();
    // A reason of a reader names the file itself.
    const bool names_it = first.reason.find(first.source) != std::string::npos;
    lines.push_back(fmt::format("{}: {}; the first: {}{}", what, problems.size(),
                                names_it ? "" : first.source + ": ", first.reason));
  };
  list(history.unreadable, "files that cannot be read");
  list(history.unplaced, "reports without a place in the order");
  return lines;
}

}  // namespace actscope::reports
