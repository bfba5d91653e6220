// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/bench_tracer/rendering.hpp"

#include <fmt/format.h>

#include <vector>

#include "actscope/base/visible_text.hpp"
#include "bench_tracer/page.hpp"
#include "bench_tracer/table.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

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

std::string text_of(const TracerBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += tracer_steps_table(record).text() + "\n";
  if (!record.calls.empty()) text += tracer_calls_table(record).text() + "\n";
  text += tracer_files_table(record).text() + "\n";
  for (const std::string& line : tracer_remarks(record))
    text += wrapped(line, text_columns, "  ") + "\n";
  return text;
}

std::string markdown_of(const TracerBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += tracer_steps_table(record).markdown() + "\n";
  if (!record.calls.empty()) text += tracer_calls_table(record).markdown() + "\n";
  text += tracer_files_table(record).markdown() + "\n";
  for (const std::string& line : tracer_remarks(record)) text += "- " + escaped_html(line) + "\n";
  return text;
}

}  // namespace

std::string render_tracer(const TracerBenchRecord& record, Format format,
                          std::string_view introduction) {
  switch (format) {
    case Format::text:
      return visible_text(text_of(record, introduction));
    case Format::markdown:
      return visible_text(markdown_of(record, introduction));
    case Format::csv:
      return numbers(record).csv();
    case Format::html:
      break;
  }
  return tracer_page(record, introduction);
}

}  // namespace actscope::reports
