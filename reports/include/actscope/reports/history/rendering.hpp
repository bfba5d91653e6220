// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// Text and Markdown: a row a step and a row for every metric without one, what else changed at
/// each step, gaps, and the lines to quote. CSV: a row a value, with its step. HTML: one
/// self-contained page without script, a line a metric with its steps.
std::string render_history(const History& history, Format format,
                           std::string_view introduction = {});

/// A value of a metric, for people: "251 ms", "640", "81.58 %".
std::string history_value_text(const std::string& metric, double value);

/// The change of a step with its interval: "1.053x [1.048, 1.058]"; of exact figures without.
std::string history_change_text(const HistorySeries& series, const HistoryStep& step);

}  // namespace actscope::reports
