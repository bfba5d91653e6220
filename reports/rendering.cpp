// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/rendering.hpp"

#include "actscope/base/error.hpp"
#include "html_report.hpp"
#include "run_table.hpp"

namespace actscope::reports {
namespace {

// Everything the reader must know that is not in the table.
std::vector<std::string> remarks(std::span<const NamedRun> runs) {
  std::vector<std::string> lines{accuracy_remark(runs)};
  lines.emplace_back(
      "saved: kept for backward, by the allocator; peak: highest live bytes of a step; step: "
      "median "
      "of single runs; \"fewer\" and \"of dense\" are against the dense run.");
  for (const NamedRun& run : runs) {
    if (run.record.status != RunStatus::completed) {
      lines.push_back(run.name + ": " + run.record.status_reason);
    }
    for (const std::string& warning : run.record.warnings)
      lines.push_back(run.name + ": " + warning);
  }
  return lines;
}

std::string with_line(std::string_view text) {
  return text.empty() ? std::string() : std::string(text) + "\n\n";
}

}  // namespace

Format parse_format(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "md") return Format::markdown;
  if (name == "html") return Format::html;
  if (name == "csv") return Format::csv;
  throw ConfigError(
      error_text("unknown format '" + std::string(name) + "'", {}, "give text, md, html or csv"));
}

std::string render_runs(std::span<const NamedRun> runs, Format format,
                        std::string_view introduction) {
  switch (format) {
    case Format::csv:
      return run_numbers(runs).csv();
    case Format::html:
      return html_report(runs, introduction, remarks(runs));
    case Format::markdown: {
      std::string text = with_line(introduction) + run_table(runs).markdown() + "\n";
      for (const std::string& line : remarks(runs)) text += "- " + line + "\n";
      return text;
    }
    case Format::text:
      break;
  }
  std::string text = with_line(introduction) + run_table(runs).text() + "\n";
  for (const std::string& line : remarks(runs)) text += line + "\n";
  return text;
}

}  // namespace actscope::reports
