// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/base/tracer_bench_record.hpp"
#include "actscope/reports/gate/result.hpp"
#include "actscope/reports/history/history.hpp"
#include "actscope/reports/run/rendering.hpp"

namespace actscope::app {

/// The report.json of a folder, its kernels.json or tracer.json where it has only that, or the file
/// itself.
std::filesystem::path document_path(const std::string& path);

/// Whether a path names a kernels document: a file of that kind, or a folder with one.
bool is_kernels(const std::string& path);

/// Errors  DataError: missing or unreadable; ReportFormatError: no valid kernels document
KernelsBenchRecord read_kernels(const std::string& path);

/// The same for a tracer document.
bool is_tracer(const std::string& path);
/// Errors  DataError: missing or unreadable; ReportFormatError: no valid tracer document
TracerBenchRecord read_tracer(const std::string& path);

/// The same for a verdict of the gate.
bool is_verdict(const std::string& path);
/// Errors  DataError: missing or unreadable; ReportFormatError: no valid gate document
reports::GateResult read_verdict(const std::string& path);

/// The same for a history.
bool is_history(const std::string& path);
/// Errors  DataError: missing or unreadable; ReportFormatError: no valid history document
reports::History read_history(const std::string& path);

/// What a report is called: its folder where it is a report.json or sweep.json, else the file.
std::string report_name(const std::filesystem::path& file);

/// Reads the run report of a folder (its report.json) or of a file, under its report_name.
/// Errors  DataError: missing or unreadable; ReportFormatError: no valid run document
reports::NamedRun read_run(const std::string& path);

/// Reads several; where two would have the same name, all get their paths as names.
/// Errors  as read_run
std::vector<reports::NamedRun> read_runs(const std::vector<std::string>& paths);

}  // namespace actscope::app
