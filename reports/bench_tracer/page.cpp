// SPDX-License-Identifier: Apache-2.0
#include "bench_tracer/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench_tracer/table.hpp"
#include "environment/text.hpp"
#include "format/html.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

constexpr int row_px = 30, name_px = 210, plot_px = 640, margin_px = 60;

// Ratios on a line of the plot, with some room on both sides.
struct Scale {
  double low = 1, high = 1;

  void hold(const Measured<double>& value) {
    if (!value.value) return;
    low = std::min(low, *value.value);
    high = std::max(high, *value.value);
  }
  double at(double value) const {
    const double room = std::max(0.01, 0.05 * (high - low));
    return name_px + plot_px * (value - low + room) / (high - low + 2 * room);
  }
};

std::vector<const TracerStepCost*> measured_rows(const TracerBenchRecord& record) {
  std::vector<const TracerStepCost*> rows;
  for (const TracerStepCost& row : record.steps) {
    if (row.ratio.ratio.value) rows.push_back(&row);
  }
  return rows;
}

std::string line(double x1, double y1, double x2, double y2, const char* kind) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>",
                     x1, y1, x2, y2, kind);
}

// The interval, the median, and the goal as a mark across.
std::string interval_row(const TracerStepCost& row, const Scale& scale, double y) {
  const double x = scale.at(*row.ratio.ratio.value);
  std::string svg = fmt::format("<text x=\"{}\" y=\"{:.1f}\" class=\"name\">{}</text>",
                                name_px - 10, y + 4, escaped_html(row.name));
  if (row.ratio.low.value && row.ratio.high.value) {
    svg += line(scale.at(*row.ratio.low.value), y, scale.at(*row.ratio.high.value), y, "interval");
  }
  if (row.goal_ratio.value) {
    const double goal = scale.at(*row.goal_ratio.value);
    svg += line(goal, y - 9, goal, y + 9, "goal");
  }
  svg += fmt::format(
      "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" class=\"{}\"/><text x=\"{}\" y=\"{:.1f}\">{:.3f}"
      "</text>\n",
      x, y, name_of(row.kind), name_px + plot_px + 10, y + 4, *row.ratio.ratio.value);
  return svg;
}

std::string plot(const TracerBenchRecord& record) {
  const std::vector<const TracerStepCost*> rows = measured_rows(record);
  if (rows.empty()) return "<p class=\"empty\">No round was measured.</p>";
  Scale scale;
  for (const TracerStepCost* row : rows) {
    for (const auto& value : {row->ratio.ratio, row->ratio.low, row->ratio.high, row->goal_ratio}) {
      scale.hold(value);
    }
  }
  const int height = row_px * (static_cast<int>(rows.size()) + 1);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Cost of every level and rival as a "
      "share of a step without the tracer\">\n",
      name_px + plot_px + margin_px, height);
  svg += line(scale.at(1), row_px / 2.0, scale.at(1), height - row_px / 2.0, "off");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    svg += interval_row(*rows[i], scale, row_px * (static_cast<double>(i) + 1));
  }
  return svg + "</svg>";
}

// How many of the goals are kept.
std::string tiles(const TracerBenchRecord& record) {
  int counts[4] = {};
  const auto count = [&](const auto& rows) {
    for (const auto& row : rows) ++counts[static_cast<int>(row.verdict)];
  };
  count(record.steps);
  count(record.calls);
  count(record.files);
  std::string html;
  for (const GoalVerdict verdict :
       {GoalVerdict::met, GoalVerdict::missed, GoalVerdict::undecided}) {
    html += fmt::format("<div class=\"tile\"><b>{}</b><span>goals {}</span></div>\n",
                        counts[static_cast<int>(verdict)], name_of(verdict));
  }
  return html;
}

}  // namespace

std::string tracer_page(const TracerBenchRecord& record, std::string_view introduction) {
  std::string remarks;
  for (const std::string& text : tracer_remarks(record)) {
    remarks += "<li>" + escaped_html(text) + "</li>\n";
  }
  return filled(html_tracer(),
                {{"STYLE", std::string(html_style())},
                 {"INTRODUCTION", escaped_html(introduction)},
                 {"TILES", tiles(record)},
                 {"PLOT", plot(record)},
                 {"STEPS", tracer_steps_table(record).html()},
                 {"CALLS", tracer_calls_table(record).html()},
                 {"FILES", tracer_files_table(record).html()},
                 {"REMARKS", remarks},
                 {"ENVIRONMENT", escaped_html(environment_text(record.environment))}});
}

}  // namespace actscope::reports
