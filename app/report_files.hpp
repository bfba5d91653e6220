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

/// The name in the schema of the document that a path names, a file or a folder with one:
/// "actscope.kernels". Empty where there is no file, or none of ours: who reads it says why.
std::string kind_of_document(const std::string& path);

/// Errors  DataError: missing or unreadable; ReportFormatError: no valid document of that kind
KernelsBenchRecord read_kernels(const std::string& path);
TracerBenchRecord read_tracer(const std::string& path);
reports::GateResult read_verdict(const std::string& path);
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
