// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "actscope/base/ledger_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// The `ledger` of a run document; null where none was read. Totals are written for readers that do
/// not sum themselves; this one sums again.
Json ledger_json(const std::optional<LedgerRecord>& ledger);
/// Errors  ReportFormatError
std::optional<LedgerRecord> read_ledger(const JsonCursor& from);

/// "4x16x12"; "scalar" without dimensions.
std::string sizes_text(const std::vector<std::int64_t>& sizes);

}  // namespace actscope::reports
