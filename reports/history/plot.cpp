// SPDX-License-Identifier: Apache-2.0
#include "history/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "format/text_table.hpp"
#include "gate/row.hpp"
#include "history/figures.hpp"
#include "history/table.hpp"

namespace actscope::reports {
namespace {

constexpr double width = 960, height = 190;
constexpr double left = 92, right = 940, top = 30, bottom = 148;
constexpr double gap_y = 160, date_y = 182, label_room = 120;

// Where reports and values stand. Halves, so that no difference of two values overflows.
class Scale {
 public:
  explicit Scale(const HistorySeries& series) : count_(series.points.size()) {
    std::vector<double> values;
    for (const HistoryPoint& point : series.points) {
      if (point.value && std::isfinite(*point.value)) values.push_back(*point.value / 2);
    }
    if (values.empty()) return;
    std::ranges::sort(values);
    // Far outliers stand at the edge: they would press everything else into a line.
    const std::size_t tenth = values.size() / 10;
    const double first = values[tenth], last = values[values.size() - 1 - tenth];
    const double room = 2 * (last - first);
    low_ = room > 0 ? std::max(values.front(), first - room) : values.front();
    high_ = room > 0 ? std::min(values.back(), last + room) : values.back();
    for (const HistoryStep& step : series.steps) {
      hold(step.before);
      hold(step.after);
    }
  }
  bool is_empty() const { return low_ > high_; }
  bool is_outside(double value) const { return value / 2 < low_ || value / 2 > high_; }
  double low() const { return 2 * low_; }
  double high() const { return 2 * high_; }

  double x(std::size_t point) const {
    if (count_ < 2) return (left + right) / 2;
    return left + (right - left) * static_cast<double>(point) / static_cast<double>(count_ - 1);
  }
  double y(double value) const {
    if (!(high_ > low_)) return (top + bottom) / 2;
    const double share = std::clamp((value / 2 - low_) / (high_ - low_), 0.0, 1.0);
    return bottom - (bottom - top) * (0.08 + 0.84 * share);
  }

 private:
  void hold(double level) {
    if (!std::isfinite(level)) return;
    low_ = std::min(low_, level / 2);
    high_ = std::max(high_, level / 2);
  }

  std::size_t count_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& kind,
                     const std::string& title = {}) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\">{}</line>\n", x1,
      y1, x2, y2, kind, title.empty() ? "" : "<title>" + escaped_html(title) + "</title>");
}

std::string svg_text(double x, double y, const std::string& kind, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, kind,
                     escaped_html(text));
}

std::string point_title(const History& history, const HistorySeries& series,
                        const HistoryPoint& point) {
  const HistoryReport& report = history.reports[static_cast<std::size_t>(point.report)];
  return report_text(history, point.report) + ": " +
         (point.value ? short_value(series.metric, point.value) : point.reason) + "\n" +
         report.source;
}

// The line through the values: a report without one breaks it.
std::string curve(const HistorySeries& series, const Scale& scale) {
  std::string path;
  bool is_broken = true;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const std::optional<double>& value = series.points[i].value;
    if (value) {
      path += fmt::format("{}{:.1f} {:.1f}", is_broken ? 'M' : 'L', scale.x(i), scale.y(*value));
    }
    is_broken = !value;
  }
  return "<path d=\"" + path + "\" class=\"curve\"/>\n";
}

// The point of a series that shows a report; the end where none does.
std::size_t point_of(const HistorySeries& series, std::int64_t report) {
  const auto at = std::ranges::find(series.points, report, &HistoryPoint::report);
  return static_cast<std::size_t>(at - series.points.begin());
}

std::string levels(const HistorySeries& series, const Scale& scale) {
  std::string svg;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end, double level) {
    if (end <= begin || !std::isfinite(level)) return;
    svg +=
        svg_line(scale.x(begin) - 3, scale.y(level), scale.x(end - 1) + 3, scale.y(level), "level");
  };
  for (const HistoryStep& step : series.steps) {
    const std::size_t at = point_of(series, step.report);
    add(std::min(at, series.points.size()), step.before);
    begin = std::max(begin, at);
  }
  if (series.level) add(series.points.size(), *series.level);
  return svg;
}

std::string marks(const HistorySeries& series, const Scale& scale) {
  std::string svg;
  double next_label = left;  // where one has room again
  for (const HistoryStep& step : series.steps) {
    const std::size_t at = point_of(series, step.report);
    if (at == 0 || at >= series.points.size()) continue;
    const double x = (scale.x(at - 1) + scale.x(at)) / 2;
    const std::size_t first = point_of(series, step.earliest), last = point_of(series, step.latest);
    if (first < last && first > 0 && last < series.points.size()) {
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
          "class=\"range {}\"/>\n",
          (scale.x(first - 1) + scale.x(first)) / 2, top - 6, scale.x(last) - scale.x(first),
          bottom - top + 6, name_of(step.effect));
    }
    svg += svg_line(x, top - 6, x, bottom, std::string("step ") + name_of(step.effect), step.quote);
    if (x < next_label) continue;
    next_label = x + label_room;
    const bool is_at_end = x > right - label_room;
    svg += svg_text(is_at_end ? x - 5 : x + 5, top - 10,
                    std::string(is_at_end ? "mark end " : "mark ") + name_of(step.effect),
                    change_text(series, step) + " " + word_of(step.effect));
  }
  return svg;
}

std::string points(const History& history, const HistorySeries& series, const Scale& scale) {
  std::string svg;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const HistoryPoint& point = series.points[i];
    const std::string title =
        "<title>" + escaped_html(point_title(history, series, point)) + "</title>";
    if (point.value) {
      svg += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.6\" class=\"point{}\">{}</circle>\n",
          scale.x(i), scale.y(*point.value), scale.is_outside(*point.value) ? " outside" : "",
          title);
    } else {
      svg += fmt::format("<path d=\"M{:.1f} {:.1f}l6 6m0 -6l-6 6\" class=\"gap\">{}</path>\n",
                         scale.x(i) - 3, gap_y - 3, title);
    }
  }
  return svg;
}

}  // namespace

std::string history_plot(const History& history, const HistorySeries& series) {
  const Scale scale(series);
  if (scale.is_empty()) return {};
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{} over {} reports, {} "
      "steps\">\n",
      width, height, escaped_html(series.metric), series.points.size(), series.steps.size());
  svg += svg_line(left, bottom, right, bottom, "axis");
  svg += svg_text(left - 10, scale.y(scale.high()) + 4, "value",
                  short_value(series.metric, scale.high()));
  if (scale.high() > scale.low()) {
    svg += svg_text(left - 10, scale.y(scale.low()) + 4, "value",
                    short_value(series.metric, scale.low()));
  }
  svg += curve(series, scale) + levels(series, scale) + marks(series, scale) +
         points(history, series, scale);
  svg += svg_text(left, date_y, "date", report_text(history, series.points.front().report));
  if (series.points.size() > 1) {
    svg += svg_text(right, date_y, "date end", report_text(history, series.points.back().report));
  }
  return svg + "</svg>\n";
}

}  // namespace actscope::reports
