// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "actscope/base/run_record.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/gate/judge.hpp"

namespace actscope::app {

/// A stored run or sweep that the gate judges.
struct StoredReport {
  std::filesystem::path file;
  std::string name;  ///< of its folder, or the file's
  std::variant<RunRecord, SweepRecord> record;
};

/// The report.json of a folder, else its sweep.json, or the file itself.
std::filesystem::path stored_report_path(const std::string& path);

/// Errors  DataError: missing or unreadable; ReportFormatError: neither a run nor a sweep, or no
///         valid one
StoredReport read_stored_report(const std::string& path);

/// The document without volatile fields: identical work, identical bytes.
std::string stable_document(const StoredReport& report);

/// Errors  ReportFormatError: one is a run, the other a sweep; the baseline is not completed
reports::GateResult judge(const StoredReport& baseline, const StoredReport& candidate,
                          const reports::GatePolicy& policy);

}  // namespace actscope::app
