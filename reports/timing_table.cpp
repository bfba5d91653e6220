// SPDX-License-Identifier: Apache-2.0
#include "timing_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace actscope::reports {
namespace {

struct Sums {
  std::int64_t calls = 0;
  double total_s = 0;

  void add(const OperatorTiming& row) {
    calls += row.calls;
    total_s += row.total_s;
  }
};

std::string dash_if_empty(const std::string& text) {
  return text.empty() ? "-" : text;
}

class Rows {
 public:
  Rows(TextTable& table, double steps) : table_(table), steps_(steps) {}

  void add_kind(std::vector<OperatorTiming> timings, std::size_t rows) {
    if (timings.empty()) return;
    std::ranges::stable_sort(timings, std::ranges::greater{}, &OperatorTiming::total_s);
    Sums all, rest;
    for (const OperatorTiming& row : timings) all.add(row);
    for (std::size_t i = 0; i < timings.size(); ++i) {
      if (i < rows) {
        add(timings[i], all);
      } else {
        rest.add(timings[i]);
      }
    }
    if (timings.size() <= rows) return;
    table_.add({fmt::format("{} more", timings.size() - rows), "", "", "", timings.front().source,
                calls(rest), milliseconds(rest), share(rest, all)});
  }

 private:
  void add(const OperatorTiming& row, const Sums& all) {
    Sums own;
    own.add(row);
    table_.add({row.name, dash_if_empty(row.layer), dash_if_empty(row.slot), row.phase, row.source,
                calls(own), milliseconds(own), share(own, all)});
  }

  std::string calls(const Sums& sums) const {
    return fmt::format("{:.0f}", static_cast<double>(sums.calls) / steps_);
  }
  std::string milliseconds(const Sums& sums) const {
    return fmt::format("{:.3f}", 1e3 * sums.total_s / steps_);
  }
  static std::string share(const Sums& sums, const Sums& all) {
    return all.total_s > 0 ? fmt::format("{:.1f} %", 100 * sums.total_s / all.total_s) : "-";
  }

  TextTable& table_;
  double steps_;
};

}  // namespace

bool has_timings(const RunRecord& run) {
  return !run.operators.empty() || !run.kernels.empty();
}

TextTable timing_table(const RunRecord& run, std::size_t rows) {
  TextTable table(
      {"operator or kernel", "layer", "slot", "phase", "source", "calls", "ms", "share"});
  const std::int64_t steps = run.trace ? run.trace->traced_steps : 1;
  Rows adding(table, static_cast<double>(std::max<std::int64_t>(1, steps)));
  adding.add_kind(run.operators, rows);
  adding.add_kind(run.kernels, rows);
  return table;
}

std::string timing_remark(const RunRecord& run) {
  std::string text = "Calls and milliseconds are of a step.";
  if (!run.trace) return text;
  const TraceRecord& trace = *run.trace;
  text = fmt::format("Calls and milliseconds of a step, means over {} traced steps.",
                     trace.traced_steps);
  if (run.kernels.empty() && !trace.kernels_reason.empty()) {
    text += " No kernels: " + trace.kernels_reason + ".";
  } else if (!trace.kernels_reason.empty()) {
    text += " Kernels by " + trace.kernels_source + ": " + trace.kernels_reason + ".";
  }
  const std::int64_t lost = trace.dropped_records + trace.untimed_records + trace.clock_anomalies;
  if (lost > 0) {
    text += fmt::format(" Lost: {} dropped, {} without times, {} clock anomalies.",
                        trace.dropped_records, trace.untimed_records, trace.clock_anomalies);
  }
  return text;
}

}  // namespace actscope::reports
