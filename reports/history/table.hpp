// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/reports/history/history.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// A row a step, newest last, with the reports by which it may begin earlier and later, and a row
/// for every metric without one.
TextTable history_table(const History& history, const HistoryGroup& group);

/// A row a value, with the step that it begins.
TextTable history_numbers(const History& history);

/// "60 reports of 1 configuration, 2026-01-01 to 2026-03-01, in the order of their dates".
std::string history_sentence(const History& history);

/// "step_time_s: 2 of 60 reports: failed: out of memory (runs/7/report.json)", a line a metric that
/// has gaps, equal lines once. Requires `group` to be one of `history`.
std::vector<std::string> gap_lines(const History& history, const HistoryGroup& group);

/// What else changed at each step, a line a step.
std::vector<std::string> cause_lines(const History& history, const HistoryGroup& group);

/// The newest step of each metric that has one, to quote.
std::vector<std::string> quote_lines(const HistoryGroup& group);

/// Whether there is nothing to compare a report of the group with. Requires `group` to be one of
/// `history`.
bool has_one_report(const History& history, const HistoryGroup& group);

/// The configurations of one report, a line each; of many the first.
std::vector<std::string> single_lines(const History& history);

/// What is not in the history, and what must be known of it.
std::vector<std::string> history_remarks(const History& history);

/// "better", "worse", "changed".
const char* word_of(Effect effect);

}  // namespace actscope::reports
