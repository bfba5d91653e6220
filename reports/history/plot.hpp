// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// A metric over its reports as an SVG element: a point a value, told when the mouse rests on it, a
/// bar a level, a mark a step, a cross a report without a value. Empty without values.
std::string history_plot(const History& history, const HistorySeries& series);

}  // namespace actscope::reports
