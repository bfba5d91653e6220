// SPDX-License-Identifier: Apache-2.0
#include "history/page.hpp"

#include <fmt/format.h>

#include "actscope/base/visible_text.hpp"
#include "format/html.hpp"
#include "format/text_table.hpp"
#include "history/plot.hpp"
#include "history/table.hpp"

namespace actscope::reports {
namespace {

std::string listed(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::vector<std::string> shown;
  shown.reserve(lines.size());
  for (const std::string& line : lines) shown.push_back(visible_line(line));
  return fmt::format("<p class=\"note\">{}</p><ul>{}</ul>\n", title, list_html(shown));
}

std::string verdict_text(const HistorySeries& series) {
  if (!series.level) return "no value";
  if (series.verdict == SeriesVerdict::too_short) return "too short (" + series.reason + ")";
  if (series.steps.empty()) return "no step";
  return series.steps.back().quote;
}

std::string figures_html(const History& history, const HistoryGroup& group) {
  std::string html;
  for (const HistorySeries& series : group.series) {
    const std::string plot = history_plot(history, series);
    html += "<figure class=\"plot\"><figcaption><b>" + escaped_html(visible_line(series.metric)) +
            "</b> " + escaped_html(visible_line(verdict_text(series))) + "</figcaption>\n" +
            (plot.empty() ? "<p class=\"empty\">No value.</p>" : plot) + "</figure>\n";
  }
  return html;
}

std::string group_html(const History& history, const HistoryGroup& group) {
  std::string html = "<section><h2>" + escaped_html(visible_line(group.name)) + "</h2>\n";
  html += listed("To quote:", quote_lines(group));
  html += figures_html(history, group);
  html += group.series.empty()
              ? "<p class=\"empty\">No report has one of the metrics.</p>"
              : "<div class=\"scroll\">" + history_table(history, group).html() + "</div>\n";
  html += listed("The environment changed there too:", cause_lines(history, group));
  html += listed("Without a value:", gap_lines(history, group));
  return html + "</section>\n";
}

std::string tiles_of(const History& history) {
  int worse = 0, better = 0, other = 0;
  for (const HistoryGroup& group : history.groups) {
    for (const HistorySeries& series : group.series) {
      for (const HistoryStep& step : series.steps) {
        ++(step.effect == Effect::worse ? worse : step.effect == Effect::better ? better : other);
      }
    }
  }
  std::string html;
  const auto tile = [&](std::size_t count, const char* what) {
    html += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", count, what);
  };
  tile(history.reports.size(), "reports");
  tile(history.groups.size(), "configurations");
  tile(static_cast<std::size_t>(worse), "steps for the worse");
  tile(static_cast<std::size_t>(better), "steps for the better");
  if (other > 0) tile(static_cast<std::size_t>(other), "other changes");
  if (!history.unreadable.empty()) tile(history.unreadable.size(), "files not readable");
  return html;
}

std::string remarks_html(const History& history) {
  const std::string list = listed("", history_remarks(history));
  return list.empty() ? list : "<section><h2>Notes</h2>" + list + "</section>\n";
}

}  // namespace

std::string history_page(const History& history, std::string_view introduction) {
  std::string groups;
  for (const HistoryGroup& group : history.groups) {
    if (!has_one_report(history, group)) groups += group_html(history, group);
  }
  const std::vector<std::string> singles = single_lines(history);
  if (!singles.empty()) {
    groups += "<section><h2>One report only</h2>" +
              listed("There is nothing to compare them with.", singles) + "</section>\n";
  }
  if (groups.empty()) groups = "<section><p class=\"empty\">No report.</p></section>\n";
  return filled(html_history(),
                {{"STYLE", std::string(html_style())},
                 {"LOGO", std::string(html_logo())},
                 {"NAME", escaped_html(visible_line(history.name))},
                 {"INTRODUCTION", escaped_html(visible_line(introduction))},
                 {"SENTENCE", escaped_html(history_sentence(history))},
                 {"TILES", tiles_of(history)},
                 {"GROUPS", groups},
                 {"REMARKS", remarks_html(history)},
                 {"CONFIDENCE", fmt::format("{:g}", 100 * history.rule.confidence_ratio)},
                 {"LEAST", fmt::format("{:g}", 100 * history.rule.least_change_ratio)},
                 {"ALARMS", fmt::format("{:g}", 100 * history.rule.false_alarm_ratio)},
                 {"FEWEST", std::to_string(fewest_values)}});
}

}  // namespace actscope::reports
