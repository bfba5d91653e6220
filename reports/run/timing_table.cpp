// SPDX-License-Identifier: Apache-2.0
#include "run/timing_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "actscope/base/units.hpp"

namespace actscope::reports {
namespace {

std::string dash_if_empty(const std::string& text) {
  return text.empty() ? "-" : text;
}

class Rows {
 public:
  Rows(TextTable& table, double steps, bool with_counts)
      : table_(table), steps_(steps), with_counts_(with_counts) {}

  void add_kind(const std::vector<OperatorTiming>& timings, std::size_t rows) {
    const LongestTimings longest = longest_timings(timings, rows);
    for (const OperatorTiming& row : longest.rows) add(row, longest.all);
    if (longest.others == 0) return;
    const TimingSums& rest = longest.rest;
    add({fmt::format("{} more", longest.others), "", "", "", timings.front().source, calls(rest),
         milliseconds(rest), share(rest, longest.all)},
        rest);
  }

 private:
  void add(const OperatorTiming& row, const TimingSums& all) {
    TimingSums own;
    own.add(row);
    add({row.name, dash_if_empty(row.layer), dash_if_empty(row.slot), row.phase, row.source,
         calls(own), milliseconds(own), share(own, all)},
        own);
  }

  void add(std::vector<std::string> cells, const TimingSums& sums) {
    if (with_counts_) {
      const auto& [cycles, instructions, misses] = sums.counts;
      cells.push_back(cycles ? fmt::format("{:.3f}", 1e-6 * *cycles / steps_) : "-");
      const bool has_rate = cycles && instructions && *cycles > 0;
      cells.push_back(has_rate ? fmt::format("{:.2f}", *instructions / *cycles) : "-");
      cells.push_back(misses ? fmt::format("{:.3f}", 1e-3 * *misses / steps_) : "-");
    }
    table_.add(std::move(cells));
  }

  std::string calls(const TimingSums& sums) const {
    return fmt::format("{:.0f}", sums.calls / steps_);
  }
  std::string milliseconds(const TimingSums& sums) const {
    return fmt::format("{:.3f}", 1e3 * sums.total_s / steps_);
  }
  static std::string share(const TimingSums& sums, const TimingSums& all) {
    return all.total_s > 0 ? fmt::format("{:.1f} %", 100 * sums.total_s / all.total_s) : "-";
  }

  TextTable& table_;
  double steps_;
  bool with_counts_;
};

}  // namespace

void TimingSums::add(const OperatorTiming& row) {
  calls += static_cast<double>(row.calls);
  total_s += row.total_s;
  if (!row.counts) return;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::optional<std::int64_t> value = row.counts->values[i];
    if (value) counts[i] = counts[i].value_or(0) + static_cast<double>(*value);
  }
}

LongestTimings longest_timings(std::vector<OperatorTiming> timings, std::size_t rows) {
  std::ranges::stable_sort(timings, std::ranges::greater{}, &OperatorTiming::total_s);
  LongestTimings longest;
  for (const OperatorTiming& row : timings) longest.all.add(row);
  if (timings.size() > rows) {
    longest.others = timings.size() - rows;
    for (std::size_t i = rows; i < timings.size(); ++i) longest.rest.add(timings[i]);
    timings.resize(rows);
  }
  longest.rows = std::move(timings);
  return longest;
}

bool has_timings(const RunRecord& run) {
  return !run.operators.empty() || !run.kernels.empty();
}

bool has_counts(const RunRecord& run) {
  return std::ranges::any_of(run.operators,
                             [](const OperatorTiming& row) { return row.counts.has_value(); });
}

TextTable timing_table(const RunRecord& run, std::size_t rows) {
  std::vector<std::string> header = {
      "operator or kernel", "layer", "slot", "phase", "source", "calls", "ms", "share"};
  const bool with_counts = has_counts(run);
  if (with_counts) {
    for (const char* title : {"Mcycles", "instr./cycle", "k LLC misses"}) header.push_back(title);
  }
  TextTable table(std::move(header));
  const std::int64_t steps = run.trace ? run.trace->traced_steps : 1;
  Rows adding(table, static_cast<double>(std::max<std::int64_t>(1, steps)), with_counts);
  adding.add_kind(run.operators, rows);
  adding.add_kind(run.kernels, rows);
  return table;
}

namespace {

// Says what the processor counted, or why it did not; nothing where no counters were asked for.
std::string counters_text(const RunRecord& run) {
  const TraceRecord& trace = *run.trace;
  if (trace.counters_source.empty()) {
    if (trace.counters_reason.empty() || run.operators.empty()) return {};
    return " No hardware counters: " + trace.counters_reason + ".";
  }
  std::string text = " Counted by " + trace.counters_source +
                     " in user mode, on the thread that called the operator: the shares of threads "
                     "that helped it are not in";
  if (!trace.counters_reason.empty()) text += "; " + trace.counters_reason;
  text += ".";
  if (trace.scaled_operators > 0) {
    text += fmt::format(" {} calls were counted for part of their time and scaled.",
                        trace.scaled_operators);
  }
  if (trace.uncounted_operators > 0) {
    text += fmt::format(" {} calls could not be counted: the counts lack them.",
                        trace.uncounted_operators);
  }
  return text;
}

}  // namespace

namespace {

// Says what the profiling interface of a device recorded beside kernels.
std::string devices_text(const TraceRecord& trace) {
  std::string text;
  if (trace.unplaced_kernels > 0) {
    text += fmt::format(" Launched outside every scope: {} kernels, copies and sets.",
                        trace.unplaced_kernels);
  }
  if (trace.driver_allocations > 0) {
    text += fmt::format(" The driver allocated {} times, {}.", trace.driver_allocations,
                        format_bytes(trace.driver_allocated_bytes));
  }
  if (trace.overhead_ns > 0) {
    text += fmt::format(" The profiling interface itself took {:.3f} ms.",
                        static_cast<double>(trace.overhead_ns) * 1e-6);
  }
  return text;
}

}  // namespace

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
  text += counters_text(run) + devices_text(trace);
  if (std::max({trace.dropped_records, trace.untimed_records, trace.clock_anomalies}) > 0) {
    text += fmt::format(" Lost: {} dropped, {} without times, {} clock anomalies.",
                        trace.dropped_records, trace.untimed_records, trace.clock_anomalies);
  }
  return text;
}

std::string tracer_cost_remark(const TracerCost& cost) {
  const std::string begin = "Trace level " + cost.level;
  if (!cost.ratio.ratio.value)
    return begin + ", cost not measured: " + cost.ratio.ratio.reason + ".";
  std::string text =
      fmt::format("{} cost {:+.1f} % of a step", begin, 100 * (*cost.ratio.ratio.value - 1));
  if (cost.ratio.low.value && cost.ratio.high.value) {
    text += fmt::format(" (95 %: {:+.1f} to {:+.1f})", 100 * (*cost.ratio.low.value - 1),
                        100 * (*cost.ratio.high.value - 1));
  }
  return text + fmt::format(", in {} pairs of blocks of steps with it and without.", cost.samples);
}

}  // namespace actscope::reports
