// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "actscope/base/trace_events.hpp"
#include "actscope/reports/trace/files.hpp"

namespace actscope::reports {

/// All of a trace but its ledgers, which no other format takes.
struct StoredTrace {
  TraceMeta meta;
  TraceBatch events;  ///< every number of a name is one of events.new_names
};

/// Reads trace.db, also that of a run which goes on or was killed. `goes_on` is told about which
/// share is read, from 0 to 1; where it says false, what was read so far is returned.
///
/// Errors  DataError: missing, not readable; ReportFormatError: not a trace, of a later version,
///         damaged
/// Cost    holds the whole trace
StoredTrace read_trace_db(const std::filesystem::path& file,
                          const std::function<bool(double share)>& goes_on = {});

}  // namespace actscope::reports
