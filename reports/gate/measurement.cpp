// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/measurement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "format/json_cursor.hpp"
#include "gate/ledger_metrics.hpp"
#include "gate/metrics.hpp"

namespace actscope::reports {
namespace {

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

// How often operators were called, or kernels launched, in all: as many for the same work.
void add_calls(ReportedValues& reported, const char* name,
               const std::vector<OperatorTiming>& timings) {
  if (timings.empty()) return;
  double calls = 0;
  for (const OperatorTiming& timing : timings) calls += static_cast<double>(timing.calls);
  reported.metrics.push_back({name, MetricClass::exact, Wanted::lower_count, false, 0});
  reported.values[name] = calls;
}

MeasuredMetric metric_by_name(const std::string& name) {
  MeasuredMetric metric{name, MetricClass::timing, Wanted::fewer, false, 0};
  if (name.ends_with("per_s")) {
    metric.wanted = Wanted::more;
    metric.is_primary = true;
  } else if (name.ends_with("_bytes")) {
    metric.kind = MetricClass::exact;
  } else if (name.ends_with("_count") || name.ends_with("_instructions")) {
    metric.kind = MetricClass::exact;
    metric.wanted = Wanted::lower_count;
  } else {
    for (const char* unit : {"_s", "_ms", "_us", "_ns"}) {
      metric.is_primary = metric.is_primary || name.ends_with(unit);
    }
  }
  return metric;
}

}  // namespace

void add_metrics(GateMeasurement& measurement, const std::vector<MeasuredMetric>& metrics) {
  std::set<std::string> known;
  for (const MeasuredMetric& metric : measurement.metrics) known.insert(metric.name);
  for (const MeasuredMetric& metric : metrics) {
    if (known.insert(metric.name).second) measurement.metrics.push_back(metric);
  }
}

ReportedValues values_of_run(const RunRecord& record) {
  std::vector<Metric> metrics = metrics_of(record);
  for (Metric& total : ledger_totals(record)) metrics.push_back(std::move(total));
  ReportedValues reported;
  for (const Metric& metric : metrics) {
    reported.metrics.push_back({metric.name, metric.kind, metric.wanted,
                                metric.name == "step_time_s", metric.heldout_samples});
    if (metric.value) {
      reported.values[metric.name] = *metric.value;
    }
  }
  add_calls(reported, "operators.calls_count", record.operators);
  add_calls(reported, "kernels.launches_count", record.kernels);
  return reported;
}

ReportedValues values_of_numbers(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  if (!root.is_object() || document.empty()) root.refuse("an object of named numbers");
  ReportedValues reported;
  for (const auto& [name, unused] : document.items()) {
    const JsonCursor value = root.at(name);
    reported.metrics.push_back(metric_by_name(name));
    reported.values[name] = value.is_null() ? not_measured : value.number();
  }
  return reported;
}

}  // namespace actscope::reports
