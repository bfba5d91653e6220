// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// "1.053x"; "+1.20 points" of an accuracy; "+4 bytes", "-0.02".
std::string change_text(const HistorySeries& series, const HistoryStep& step);

/// "4f2a91c (2026-03-02)"; without a revision the date, without both the path. Where the report
/// before is of the same day, with the time.
std::string report_text(const History& history, std::int64_t report);

/// "step_time 1.053x [1.048, 1.058] since 4f2a91c (2026-03-02)".
std::string quote_of(const History& history, const HistorySeries& series, const HistoryStep& step);

}  // namespace actscope::reports
