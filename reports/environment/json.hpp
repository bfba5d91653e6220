// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/environment_record.hpp"
#include "actscope/reports/format/document.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// Without volatile fields, host, process id and start time are left empty.
Json environment_json(const EnvironmentRecord& record, VolatileFields volatile_fields);

/// Errors  ReportFormatError: a field of another type
EnvironmentRecord read_environment(const JsonCursor& from);

}  // namespace actscope::reports
