// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// Whether `a` comes before `b`: numbers inside by value, so that run-9 comes before run-10.
bool comes_before(std::string_view a, std::string_view b);

/// Whether a text is a time as reports write it: 2026-01-02T03:04:05Z.
bool is_date(std::string_view text);

/// Gives the entries that have a place, in order; the others are listed in `unplaced`, with their
/// reason. By revision, entries get the hash of the list.
std::vector<HistoryEntry> in_order(std::vector<HistoryEntry> entries, const HistoryOptions& options,
                                   std::vector<HistoryProblem>& unplaced);

}  // namespace actscope::reports
