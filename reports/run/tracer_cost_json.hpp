// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "actscope/base/run_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// The `tracer_cost` of a run document; null where no step could run.
Json tracer_cost_json(const std::optional<TracerCost>& cost);
/// Errors  ReportFormatError
std::optional<TracerCost> read_tracer_cost(const JsonCursor& from);

}  // namespace actscope::reports
