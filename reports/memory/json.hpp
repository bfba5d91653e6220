// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "actscope/base/memory_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// The `memory` of a run document; null where no allocation was recorded.
Json memory_json(const std::optional<MemoryRecord>& memory);
/// Errors  ReportFormatError
std::optional<MemoryRecord> read_memory(const JsonCursor& from);

}  // namespace actscope::reports
