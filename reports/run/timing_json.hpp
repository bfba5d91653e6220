// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/reports/format/document.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// The rows of `operators` and `kernels` of a run document.
Json timings_json(const std::vector<OperatorTiming>& timings);
/// Errors  ReportFormatError
std::vector<OperatorTiming> read_timings(const JsonCursor& from);

/// The `trace` of a run document; null where nothing was timed.
Json trace_json(const std::optional<TraceRecord>& whole, VolatileFields volatile_fields);
/// Errors  ReportFormatError
std::optional<TraceRecord> read_trace(const JsonCursor& from);

}  // namespace actscope::reports
