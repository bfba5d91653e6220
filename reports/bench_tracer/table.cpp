// SPDX-License-Identifier: Apache-2.0
#include "bench_tracer/table.hpp"

#include <fmt/format.h>

namespace actscope::reports {
namespace {

std::string verdict_text(GoalVerdict verdict) {
  return verdict == GoalVerdict::none ? "" : name_of(verdict);
}

std::string number_text(const Measured<double>& value, const char* form) {
  return value.value ? fmt::format(fmt::runtime(form), *value.value) : "-";
}

std::string interval_text(const PairedRatio& figure, const char* form) {
  if (!figure.low.value || !figure.high.value) return "-";
  return number_text(figure.low, form) + " to " + number_text(figure.high, form);
}

}  // namespace

TextTable tracer_steps_table(const TracerBenchRecord& record) {
  TextTable table({"level or rival", "step ms", "off ms", "of off", "95 %", "goal", ""});
  for (const TracerStepCost& row : record.steps) {
    table.add({row.name, fmt::format("{:.2f}", 1e3 * row.step_time_s),
               fmt::format("{:.2f}", 1e3 * row.off_step_time_s),
               number_text(row.ratio.ratio, "{:.3f}"), interval_text(row.ratio, "{:.3f}"),
               number_text(row.goal_ratio, "{:.2f}"), verdict_text(row.verdict)});
  }
  return table;
}

TextTable tracer_calls_table(const TracerBenchRecord& record) {
  TextTable table({"call", "ns", "95 %", "goal", ""});
  for (const TracerCallCost& row : record.calls) {
    table.add({row.name, number_text(row.time_ns.ratio, "{:.2f}"),
               interval_text(row.time_ns, "{:.2f}"), number_text(row.goal_ns, "{:g}"),
               verdict_text(row.verdict)});
  }
  return table;
}

TextTable tracer_files_table(const TracerBenchRecord& record) {
  TextTable table({"file", "bytes", "events", "bytes an event", "goal", ""});
  for (const TracerFileSize& row : record.files) {
    table.add({row.name, std::to_string(row.bytes), std::to_string(row.events),
               fmt::format("{:.1f}", row.bytes_per_event), number_text(row.goal_bytes, "{:g}"),
               verdict_text(row.verdict)});
  }
  return table;
}

std::vector<std::string> tracer_remarks(const TracerBenchRecord& record) {
  const TracerSettings& s = record.settings;
  std::vector<std::string> lines = {fmt::format(
      "{} of {} channels, {} blocks, {} px in patches of {}, scheme {}, batch {}, {} threads, {}: "
      "medians of {} interleaved rounds of {} steps.",
      s.model, s.dim, s.depth, s.image_size, s.patch, s.scheme, s.batch, s.threads, s.device,
      s.rounds, s.steps)};
  lines.emplace_back(
      "A goal is met or missed with the whole interval; undecided: the noise is wider than the "
      "distance to it.");
  if (!record.status_reason.empty()) lines.push_back("Interrupted: " + record.status_reason + ".");
  return lines;
}

}  // namespace actscope::reports
