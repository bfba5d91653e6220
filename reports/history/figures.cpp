// SPDX-License-Identifier: Apache-2.0
#include "history/figures.hpp"

#include <fmt/format.h>

#include <cmath>

#include "actscope/reports/history/rendering.hpp"
#include "gate/row.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t short_hash = 7;

// Three places behind the point, and more where the change would not show else.
std::string ratio_text(double ratio, double shown) {
  const double distance = std::abs(shown - 1);
  int places = 3;
  while (places < 9 && distance > 0 && distance * std::pow(10.0, places) < 5) ++places;
  return fmt::format("{:.{}f}", ratio, places);
}

std::string difference_text(const HistorySeries& series, double difference) {
  if (series.metric.ends_with("accuracy_ratio")) return fmt::format("{:+.2f}", 100 * difference);
  if (difference == std::floor(difference) && std::abs(difference) < 1e15) {
    return fmt::format("{:+.0f}", difference);
  }
  return fmt::format("{:+.4g}", difference);
}

std::string unit_of(const HistorySeries& series) {
  if (series.metric.ends_with("accuracy_ratio")) return " points";
  return series.metric.ends_with("_bytes") ? " bytes" : "";
}

// A quotient has no unit, and a time none that its figure does not show.
std::string plain_name(const std::string& metric) {
  for (const char* unit : {"_ratio", "_s"}) {
    const std::string name(unit);
    if (metric.ends_with(name) && !metric.ends_with("per_s")) {
      return metric.substr(0, metric.size() - name.size());
    }
  }
  return metric;
}

std::string short_revision(const std::string& revision) {
  std::size_t digits = 0;
  while (digits < revision.size() && std::isxdigit(static_cast<unsigned char>(revision[digits]))) {
    ++digits;
  }
  if (digits < short_hash) return revision;
  return revision.substr(0, short_hash) + revision.substr(digits);
}

}  // namespace

std::string change_text(const HistorySeries& series, const HistoryStep& step) {
  if (step.change_kind == ChangeKind::ratio) return ratio_text(step.change, step.change) + "x";
  return difference_text(series, step.change) + unit_of(series);
}

std::string history_change_text(const HistorySeries& series, const HistoryStep& step) {
  std::string change = change_text(series, step);
  if (step.change_low == step.change && step.change_high == step.change) return change;
  if (step.change_kind == ChangeKind::ratio) {
    return fmt::format("{} [{}, {}]", change, ratio_text(step.change_low, step.change),
                       ratio_text(step.change_high, step.change));
  }
  return fmt::format("{} [{}, {}]", change, difference_text(series, step.change_low),
                     difference_text(series, step.change_high));
}

std::string report_text(const History& history, std::int64_t report) {
  const HistoryReport& of = history.reports[static_cast<std::size_t>(report)];
  std::string date = of.started_at.substr(0, 10);
  if (report > 0 && of.started_at.size() >= 16) {
    const HistoryReport& before = history.reports[static_cast<std::size_t>(report - 1)];
    if (before.started_at.substr(0, 10) == date) date += " " + of.started_at.substr(11, 5);
  }
  const bool has_revision = !of.revision.empty() && of.revision != "unknown";
  if (has_revision && date.empty()) return short_revision(of.revision);
  if (has_revision) return short_revision(of.revision) + " (" + date + ")";
  return date.empty() ? of.source : date;
}

std::string quote_of(const History& history, const HistorySeries& series, const HistoryStep& step) {
  return plain_name(series.metric) + " " + history_change_text(series, step) + " since " +
         report_text(history, step.report);
}

std::string history_value_text(const std::string& metric, double value) {
  return short_value(metric, value);
}

}  // namespace actscope::reports
