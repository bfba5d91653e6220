// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::reports {

/// The statements that make the tables and views of an empty trace.db (docs/reference/trace.md).
extern const char* const trace_db_tables;

}  // namespace actscope::reports
