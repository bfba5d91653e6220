// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/exit_code.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/sweep/rendering.hpp"
#include "sweep/sweep_folder.hpp"

namespace actscope::app {

/// The sweep in a folder as it stands on the disk now, and what each point came to.
/// Errors  DataError: no sweep lies there; ReportFormatError: its specification is damaged;
///         ConfigError: it cannot be expanded by this version
SweepRecord read_sweep_folder(const sweep::SweepFolder& folder);

/// The points of a specification, validated by this build.
/// Errors  as sweep::expand
std::vector<SweepPointRecord> expanded(const SweepSpec& spec);

/// Whether a path names a sweep: a folder with a sweep.json, or a file of that name.
bool is_sweep(const std::string& path);

/// A sweep document with the reports of its finished points, as rendering wants it. Reports that
/// cannot be read are left out.
/// Errors  DataError, ReportFormatError: the document
reports::SweepWithRuns read_sweep(const std::string& folder_or_file);

/// "12 points: 9 done, 1 running, 1 pending, 1 failed".
std::string count_text(const SweepRecord& record);

/// done: all points ended well or were skipped; negative_result: one failed.
ExitCode exit_code_of_points(const SweepRecord& record);

}  // namespace actscope::app
