// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "actscope/reports/gate/rendering.hpp"
#include "format/text_table.hpp"
#include "gate/plain_text.hpp"
#include "gate/row.hpp"
#include "gate/tally.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t most_rows = 40;
constexpr std::size_t most_lines = 10;
constexpr std::size_t longest_metric = 48;

// Rows that everybody wants to see; the others are in the document.
bool is_listed(const GateRow& row) {
  if (row.is_primary || fails_gate(row)) return true;
  if (row.verdict == GateVerdict::same || is_within_noise(row)) return false;
  return row.kind != MetricClass::timing || row.rounds > 0 ||
         (!row.metric.starts_with("operators.") && !row.metric.starts_with("kernels."));
}

void add_lines(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += std::string(title) + "\n";
  for (std::size_t i = 0; i < lines.size() && i < most_lines; ++i) {
    text += wrapped("  " + plain_line(lines[i]), text_columns, "    ") + "\n";
  }
  if (lines.size() > most_lines) {
    text += fmt::format("  and {} more\n", lines.size() - most_lines);
  }
  text += "\n";
}

}  // namespace

std::string timing_line(const GateTiming& timing) {
  return fmt::format(
      "{} of at most {} rounds, {} of them a second batch; false alarms at most {:.2g} %",
      timing.rounds, timing.planned_rounds, timing.confirmation_rounds,
      100 * timing.false_alarm_bound_ratio);
}

std::string gate_text(const GateResult& result) {
  std::string text = "baseline  = " + plain_line(result.baseline_name) +
                     "\ncandidate = " + plain_line(result.candidate_name) + "\n\n";
  add_lines(text, "configurations differ:", result.config_differences);
  add_lines(text, "environments differ:", result.environment_differences);
  add_lines(text, "notes:", result.notes);
  TextTable table({"metric", "class", "verdict", "baseline", "candidate", "ratio", "reason"});
  std::vector<std::string> sentences;
  std::size_t listed = 0, left_out = 0;
  for (const GateRow& row : result.rows) {
    if (!is_listed(row)) continue;
    if (listed == most_rows) {
      ++left_out;
      continue;
    }
    ++listed;
    table.add({plain_line(row.metric), name_of(row.kind), shown_verdict(row),
               short_value(row.metric, row.baseline), short_value(row.metric, row.candidate),
               shown_ratio(row), plain_line(row.reason)});
    if (fails_gate(row) || leaves_open(row) || row.is_primary) {
      sentences.push_back(row.metric + ": " + row.message);
    } else if (!row.waiver.empty()) {
      sentences.push_back(row.metric + " is waived: " + row.waiver);
    }
  }
  if (listed > 0) text += table.text(longest_metric) + "\n";
  if (left_out > 0) text += fmt::format("not listed, but in --json: {}\n\n", left_out);
  add_lines(text, "why:", sentences);
  if (result.timing) text += timing_line(*result.timing) + "\n";
  return text + headline(result) + "\n";
}

}  // namespace actscope::reports
