// SPDX-License-Identifier: Apache-2.0
#include "gate/gate_inputs.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "gate/gate_outputs.hpp"
#include "report_files.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path stored_report_path(const std::string& path) {
  const fs::path report = document_path(path);
  std::error_code code;
  const fs::path sweep = fs::path(path) / "sweep.json";
  return !fs::exists(report, code) && fs::exists(sweep, code) ? sweep : report;
}

StoredReport read_stored_report(const std::string& path) {
  StoredReport report{stored_report_path(path), {}, {}};
  report.name = report_name(report.file);
  const std::string text = read_file(report.file), source = report.file.string();
  const std::string kind = reports::identify(text, source).name;
  if (kind == "actscope.run") {
    report.record = reports::read_run_document(text, source);
  } else if (kind == "actscope.sweep") {
    report.record = reports::read_sweep_document(text, source);
  } else {
    throw ReportFormatError(error_text(source + " is nothing the gate can judge", "found " + kind,
                                       "give an actscope.run or actscope.sweep document"));
  }
  return report;
}

std::string stable_document(const StoredReport& report) {
  if (const auto* run = std::get_if<RunRecord>(&report.record)) {
    return reports::write_run_document(*run, reports::VolatileFields::drop);
  }
  return reports::write_sweep_document(std::get<SweepRecord>(report.record),
                                       reports::VolatileFields::drop);
}

reports::GateResult judge(const StoredReport& baseline, const StoredReport& candidate,
                          const reports::GatePolicy& policy) {
  if (baseline.record.index() != candidate.record.index()) {
    throw ReportFormatError(error_text("a run and a sweep cannot be judged against each other",
                                       baseline.file.string() + " and " + candidate.file.string(),
                                       "give two of one kind"));
  }
  reports::GateNames names{baseline.name, candidate.name};
  if (names.baseline == names.candidate) {
    names = {baseline.file.string(), candidate.file.string()};
  }
  if (const auto* run = std::get_if<RunRecord>(&baseline.record)) {
    return reports::judge_runs(*run, std::get<RunRecord>(candidate.record), names, policy,
                               today_in_utc());
  }
  return reports::judge_sweeps(std::get<SweepRecord>(baseline.record),
                               std::get<SweepRecord>(candidate.record), names, policy,
                               today_in_utc());
}

}  // namespace actscope::app
