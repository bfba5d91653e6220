// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "actscope/reports/format/reading_progress.hpp"
#include "actscope/reports/timeline/timeline.hpp"

namespace actscope::reports {

/// Whether a file looks like a trace, by its first bytes: SQLite, gzip, a Perfetto trace, or JSON
/// with "traceEvents".
bool is_trace_file(const std::filesystem::path& file);

/// Reads trace.db, Chrome's JSON (ours, kineto's; plain or gzipped) or trace.pftrace of ours, by
/// what the file holds. Null where `progress` stopped it.
///
/// Errors  DataError: missing, not readable; ReportFormatError: no trace, damaged, cut off, or
///         packed more than 400 times smaller than it is
/// Cost    holds the columns and, while reading, about as much again
std::unique_ptr<Timeline> read_timeline(const std::filesystem::path& file,
                                        const ReadingProgress& progress = {});

/// What stands in a lane of a regrouped timeline.
enum class LaneGrouping { thread, layer, phase };

/// The operators, kernels and foreign calls of a timeline in a lane a layer, or a phase; steps and
/// counters stay. Links and places stay too.
std::unique_ptr<Timeline> regrouped(const Timeline& timeline, LaneGrouping grouping);

}  // namespace actscope::reports
