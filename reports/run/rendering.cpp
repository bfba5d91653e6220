// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/run/rendering.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/visible_text.hpp"
#include "format/text_table.hpp"
#include "memory/ledger_table.hpp"
#include "memory/table.hpp"
#include "run/page.hpp"
#include "run/table.hpp"
#include "run/timing_table.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t timing_rows = 15;
constexpr std::size_t longest_operator = 48;
constexpr std::size_t ledger_rows = 15;

// A table of a single run with what must be known beside it, under a heading.
std::string text_part(const std::string& heading, const TextTable& table,
                      const std::vector<std::string>& remarks) {
  std::string text = "\n" + heading + "\n\n" + table.text(longest_operator);
  if (!remarks.empty()) text += "\n";
  for (const std::string& line : remarks) text += wrapped(line, text_columns, "  ") + "\n";
  return text;
}

std::string markdown_part(const std::string& heading, const TextTable& table,
                          const std::vector<std::string>& remarks) {
  std::string text = "\n## " + heading + "\n\n" + table.markdown();
  if (!remarks.empty()) text += "\n";
  for (const std::string& line : remarks) text += "- " + escaped_html(line) + "\n";
  return text;
}

constexpr const char* layers_heading = "Kept by layer";
constexpr const char* ledger_heading = "Kept by the autograd graph";
constexpr const char* memory_heading = "Memory at the peak";

// The footprint of our own model stands beside its prediction elsewhere: actscope footprint.
bool has_layers_of_ledger(const RunRecord& record) {
  return record.model_kind != ModelKind::resmlp && !record.layers.empty();
}

std::string text_report(std::span<const NamedRun> runs, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += run_table(runs).text(longest_name, text_columns) + "\n";
  const Remarks remarks = remarks_on(runs);
  for (const auto* lines : {&remarks.general, &remarks.warnings}) {
    for (const std::string& line : *lines) text += wrapped(line, text_columns, "  ") + "\n";
  }
  if (runs.size() == 1 && has_timings(runs[0].record)) {
    text += "\n" + timing_table(runs[0].record, timing_rows).text(longest_operator) + "\n" +
            wrapped(timing_remark(runs[0].record), text_columns, "  ") + "\n";
  }
  if (runs.size() != 1) return text;
  if (has_layers_of_ledger(runs[0].record)) {
    text += text_part(layers_heading, layer_table(runs[0].record.layers), {});
  }
  if (const auto& ledger = runs[0].record.ledger) {
    text += text_part(ledger_heading, ledger_table(*ledger, ledger_rows), ledger_remarks(*ledger));
  }
  if (const auto& memory = runs[0].record.memory) {
    text += text_part(memory_heading, memory_table(*memory), memory_remarks(*memory));
  }
  return text;
}

std::string markdown_report(std::span<const NamedRun> runs, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += run_table(runs).markdown() + "\n";
  const Remarks remarks = remarks_on(runs);
  for (const auto* lines : {&remarks.general, &remarks.warnings}) {
    for (const std::string& line : *lines) text += "- " + escaped_html(line) + "\n";
  }
  if (runs.size() == 1 && has_timings(runs[0].record)) {
    text += "\n" + timing_table(runs[0].record, timing_rows).markdown() + "\n- " +
            escaped_html(timing_remark(runs[0].record)) + "\n";
  }
  if (runs.size() != 1) return text;
  if (has_layers_of_ledger(runs[0].record)) {
    text += markdown_part(layers_heading, layer_table(runs[0].record.layers), {});
  }
  if (const auto& ledger = runs[0].record.ledger) {
    text +=
        markdown_part(ledger_heading, ledger_table(*ledger, ledger_rows), ledger_remarks(*ledger));
  }
  if (const auto& memory = runs[0].record.memory) {
    text += markdown_part(memory_heading, memory_table(*memory), memory_remarks(*memory));
  }
  return text;
}

}  // namespace

std::string render_runs(std::span<const NamedRun> runs, Format format,
                        std::string_view introduction) {
  switch (format) {
    case Format::text:
      return visible_text(text_report(runs, introduction));
    case Format::markdown:
      return visible_text(markdown_report(runs, introduction));
    case Format::html:
      return html_report(runs, introduction, remarks_on(runs));
    case Format::csv:
      return run_numbers(runs).csv();
  }
  throw ConfigError(error_text("unknown format", {}, "give text, md, html or csv"));
}

}  // namespace actscope::reports
