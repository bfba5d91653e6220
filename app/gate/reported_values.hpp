// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "actscope/reports/gate/measurement.hpp"
#include "gate/launch.hpp"

namespace actscope::app {

/// Whether a command has to report numbers, or its own time will do.
enum class Reporting { required, process_only };

/// What a command that ended well reported: its `actscope.run` document in the out folder
/// (report.json), else the JSON object of numbers on the last line of its output; and
/// `process.wall_s`, `process.cpu_s`, `process.peak_rss_bytes`, `process.instructions_count` of the
/// system. Where there are no others, `process.wall_s` is primary.
/// Errors  RunError: it did not end well, reported nothing, garbage, another kind of document or a
///         run that did not complete; one line that says which
reports::ReportedValues reported_values(const LaunchRequest& request, const LaunchEnd& end,
                                        Reporting reporting);

/// The last line of a file that is not empty, at most 64 KiB of it; empty: there is none.
std::string last_line_of(const std::filesystem::path& file);

}  // namespace actscope::app
