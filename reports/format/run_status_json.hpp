// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/run_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// "completed", "interrupted" or "failed": how documents say how work ended.
const char* name_of(RunStatus status);

/// Errors  ReportFormatError: none of these
RunStatus read_run_status(const JsonCursor& from);

}  // namespace actscope::reports
