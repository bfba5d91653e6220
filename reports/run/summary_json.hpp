// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/run_record.hpp"
#include "actscope/reports/format/document.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

inline constexpr const char* no_volatile_reason = "left out with --no-volatile";

/// The `summary` of a run, as it stands in run and sweep documents.
Json summary_json(const RunSummary& summary, VolatileFields volatile_fields);
/// Errors  ReportFormatError
RunSummary read_summary(const JsonCursor& from);

}  // namespace actscope::reports
