// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/reports/tracer_document.hpp"
#include "text_table.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t text_columns = 120;

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

TextTable steps_table(const TracerBenchRecord& record) {
  TextTable table({"level or rival", "step ms", "off ms", "of off", "95 %", "goal", ""});
  for (const TracerStepCost& row : record.steps) {
    table.add({row.name, fmt::format("{:.2f}", 1e3 * row.step_time_s),
               fmt::format("{:.2f}", 1e3 * row.off_step_time_s),
               number_text(row.ratio.ratio, "{:.3f}"), interval_text(row.ratio, "{:.3f}"),
               number_text(row.goal_ratio, "{:.2f}"), verdict_text(row.verdict)});
  }
  return table;
}

TextTable calls_table(const TracerBenchRecord& record) {
  TextTable table({"call", "ns", "95 %", "goal", ""});
  for (const TracerCallCost& row : record.calls) {
    table.add({row.name, number_text(row.time_ns.ratio, "{:.2f}"),
               interval_text(row.time_ns, "{:.2f}"), number_text(row.goal_ns, "{:g}"),
               verdict_text(row.verdict)});
  }
  return table;
}

TextTable files_table(const TracerBenchRecord& record) {
  TextTable table({"file", "bytes", "events", "bytes an event", "goal", ""});
  for (const TracerFileSize& row : record.files) {
    table.add({row.name, std::to_string(row.bytes), std::to_string(row.events),
               fmt::format("{:.1f}", row.bytes_per_event), number_text(row.goal_bytes, "{:g}"),
               verdict_text(row.verdict)});
  }
  return table;
}

TextTable numbers(const TracerBenchRecord& record) {
  TextTable table({"figure", "name", "unit", "value", "low", "high", "goal", "verdict"});
  const auto add = [&](const char* figure, const std::string& name, const char* unit,
                       const PairedRatio& value, const Measured<double>& goal,
                       GoalVerdict verdict) {
    const auto plain = [](const Measured<double>& m) {
      return m.value ? fmt::format("{}", *m.value) : "";
    };
    table.add({figure, name, unit, plain(value.ratio), plain(value.low), plain(value.high),
               plain(goal), name_of(verdict)});
  };
  for (const TracerStepCost& row : record.steps) {
    add("step", row.name, "ratio", row.ratio, row.goal_ratio, row.verdict);
  }
  for (const TracerCallCost& row : record.calls) {
    add("call", row.name, "ns", row.time_ns, row.goal_ns, row.verdict);
  }
  for (const TracerFileSize& row : record.files) {
    const auto none = Measured<double>::missing("counted");
    add("file", row.name, "bytes an event", {Measured<double>::of(row.bytes_per_event), none, none},
        row.goal_bytes, row.verdict);
  }
  return table;
}

std::vector<std::string> remarks(const TracerBenchRecord& record) {
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

std::string text_of(const TracerBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += steps_table(record).text() + "\n";
  if (!record.calls.empty()) text += calls_table(record).text() + "\n";
  text += files_table(record).text() + "\n";
  for (const std::string& line : remarks(record)) text += wrapped(line, text_columns, "  ") + "\n";
  return text;
}

std::string markdown_of(const TracerBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += steps_table(record).markdown() + "\n";
  if (!record.calls.empty()) text += calls_table(record).markdown() + "\n";
  text += files_table(record).markdown() + "\n";
  for (const std::string& line : remarks(record)) text += "- " + escaped_html(line) + "\n";
  return text;
}

}  // namespace

std::string render_tracer(const TracerBenchRecord& record, Format format,
                          std::string_view introduction) {
  switch (format) {
    case Format::text:
      return text_of(record, introduction);
    case Format::markdown:
      return markdown_of(record, introduction);
    case Format::csv:
      return numbers(record).csv();
    case Format::html:
      break;
  }
  throw ConfigError(
      error_text("a document of bench tracer has no page", {}, "give text, md or csv"));
}

}  // namespace actscope::reports
