// SPDX-License-Identifier: Apache-2.0
#include "gate/row.hpp"

#include <fmt/format.h>

#include <cmath>

#include "actscope/base/units.hpp"

namespace actscope::reports {
namespace {

constexpr double largest_whole = 9007199254740992.0;  // 2^53

bool is_whole(double value) {
  return std::abs(value) <= largest_whole && value == std::floor(value);
}

std::string plain(double value) {
  return is_whole(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

bool is_bytes(const std::string& metric) {
  return metric.ends_with("_bytes");
}

bool is_time(const std::string& metric) {
  return metric.ends_with("_s") && !metric.ends_with("per_s");
}

}  // namespace

GateRow row_of(const Metric* baseline, const Metric* candidate) {
  const Metric& known = candidate != nullptr ? *candidate : *baseline;
  GateRow row;
  row.metric = known.name;
  row.kind = known.kind;
  // A peak that one side measured on a GPU is no exact figure of the pair.
  if (baseline != nullptr && baseline->kind != MetricClass::exact) row.kind = baseline->kind;
  if (baseline != nullptr) row.baseline = baseline->value;
  if (candidate != nullptr) row.candidate = candidate->value;
  if (row.baseline && row.candidate && *row.baseline != 0) {
    const double ratio = *row.candidate / *row.baseline;
    if (std::isfinite(ratio)) row.ratio = ratio;
  }
  if (row.kind == MetricClass::exact) row.ratio_low = row.ratio_high = row.ratio;
  return row;
}

void decide(GateRow& row, GateVerdict verdict, std::string reason, std::string message) {
  row.verdict = verdict;
  row.reason = std::move(reason);
  row.message = std::move(message);
}

std::string shown_value(const std::string& metric, const std::optional<double>& value) {
  if (!value) return "n/a";
  if (is_bytes(metric) && is_whole(*value)) {
    const std::string human = format_bytes(static_cast<std::int64_t>(*value));
    return human.ends_with(" B") ? plain(*value) + " bytes"
                                 : human + " (" + plain(*value) + " bytes)";
  }
  return short_value(metric, value);
}

std::string short_value(const std::string& metric, const std::optional<double>& value) {
  if (!value) return "n/a";
  if (is_bytes(metric)) return plain(*value);
  if (is_time(metric)) return format_duration(*value);
  if (metric.ends_with("accuracy_ratio")) return fmt::format("{:.2f} %", 100 * *value);
  return plain(*value);
}

std::string shown_verdict(const GateRow& row) {
  if (!row.waiver.empty()) return "waived";
  return std::string(name_of(row.verdict)) + (row.is_advisory ? ", advisory" : "");
}

bool is_within_noise(const GateRow& row) {
  if (row.kind != MetricClass::timing || row.rounds == 0) return false;
  if (row.verdict != GateVerdict::inconclusive) return false;
  return !row.ratio_low || !row.ratio_high || (*row.ratio_low <= 1 && *row.ratio_high >= 1);
}

std::string shown_ratio(const GateRow& row) {
  if (!row.ratio) return "n/a";
  if (row.rounds == 0 || !row.ratio_low || !row.ratio_high)
    return fmt::format("{:.4g}", *row.ratio);
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", *row.ratio, *row.ratio_low, *row.ratio_high);
}

}  // namespace actscope::reports
