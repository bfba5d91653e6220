// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "actscope/reports/gate/rendering.hpp"
#include "gate/plain_text.hpp"
#include "gate/row.hpp"
#include "gate/tally.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t most_rows = 10;
constexpr std::size_t most_lines = 20;        // a line is cut at 400 bytes: far below 1 MiB in all
constexpr std::size_t most_annotations = 10;  // what GitHub shows of a step

void add_lines(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += std::string("\n") + title + "\n\n";
  for (std::size_t i = 0; i < std::min(lines.size(), most_lines); ++i) {
    text += "- " + markdown_text(lines[i]) + "\n";
  }
  if (lines.size() > most_lines) text += fmt::format("- and {} more\n", lines.size() - most_lines);
}

std::string line_of(const GateRow& row) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_text(row.metric),
                     name_of(row.kind), shown_verdict(row), short_value(row.metric, row.baseline),
                     short_value(row.metric, row.candidate), shown_ratio(row),
                     markdown_text(row.waiver.empty() ? row.message : row.waiver));
}

}  // namespace

std::string gate_markdown(const GateResult& result) {
  std::string text = "### Actscope gate: " + headline(result) + "\n\nBaseline " +
                     markdown_text(result.baseline_name) + ", candidate " +
                     markdown_text(result.candidate_name) + ".\n";
  std::size_t listed = 0, left_out = 0;
  for (const GateRow& row : result.rows) {
    if (!row.is_primary && (row.verdict == GateVerdict::same || is_within_noise(row))) continue;
    if (listed == most_rows) {
      ++left_out;
      continue;
    }
    if (listed++ == 0) {
      text +=
          "\n| metric | class | verdict | baseline | candidate | ratio | why |\n"
          "| --- | --- | --- | ---: | ---: | ---: | --- |\n";
    }
    text += line_of(row);
  }
  if (left_out > 0) text += fmt::format("\nRows not listed: {}.\n", left_out);
  add_lines(text, "Configurations differ:", result.config_differences);
  add_lines(text, "Environments differ:", result.environment_differences);
  add_lines(text, "Notes:", result.notes);
  return text;
}

std::string gate_annotations(const GateResult& result) {
  std::string text;
  std::size_t written = 0;
  for (const GateRow& row : result.rows) {
    const bool fails = fails_gate(row);
    if ((!fails && !leaves_open(row)) || written == most_annotations) break;
    ++written;
    text += fmt::format("::{} title={}::{}\n", fails ? "error" : "warning",
                        annotation_property("actscope gate " + row.metric),
                        annotation_text(row.metric + ": " + row.message));
  }
  return text;
}

}  // namespace actscope::reports
