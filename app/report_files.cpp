// SPDX-License-Identifier: Apache-2.0
#include "report_files.hpp"

#include <set>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_tracer/document.hpp"
#include "actscope/reports/format/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/run/document.hpp"

namespace actscope::app {
namespace fs = std::filesystem;

fs::path document_path(const std::string& path) {
  std::error_code code;
  if (!fs::is_directory(path, code)) return path;
  const fs::path report = fs::path(path) / "report.json";
  if (fs::exists(report, code)) return report;
  for (const char* name : {"kernels.json", "tracer.json"}) {
    if (fs::exists(fs::path(path) / name, code)) return fs::path(path) / name;
  }
  return report;
}

namespace {

bool is_of_kind(const std::string& path, std::string_view kind) {
  std::error_code code;
  const fs::path file = document_path(path);
  if (!fs::is_regular_file(file, code)) return false;
  try {
    return reports::identify(read_file(file), file.string()).name == kind;
  } catch (const ReportFormatError&) {
    return false;  // who reads it next says what is wrong
  }
}

}  // namespace

bool is_kernels(const std::string& path) {
  return is_of_kind(path, "actscope.kernels");
}

bool is_tracer(const std::string& path) {
  return is_of_kind(path, "actscope.tracer");
}

bool is_verdict(const std::string& path) {
  return is_of_kind(path, "actscope.gate");
}

bool is_history(const std::string& path) {
  return is_of_kind(path, "actscope.history");
}

reports::GateResult read_verdict(const std::string& path) {
  const fs::path file = document_path(path);
  return reports::read_gate_document(read_file(file), file.string());
}

reports::History read_history(const std::string& path) {
  const fs::path file = document_path(path);
  return reports::read_history_document(read_file(file), file.string());
}

KernelsBenchRecord read_kernels(const std::string& path) {
  const fs::path file = document_path(path);
  return reports::read_kernels_document(read_file(file), file.string());
}

TracerBenchRecord read_tracer(const std::string& path) {
  const fs::path file = document_path(path);
  return reports::read_tracer_document(read_file(file), file.string());
}

std::string report_name(const fs::path& file) {
  std::error_code code;
  const fs::path whole = fs::absolute(file, code).lexically_normal();
  const bool is_of_folder = whole.filename() == "report.json" || whole.filename() == "sweep.json";
  return is_of_folder ? whole.parent_path().filename().string() : whole.stem().string();
}

reports::NamedRun read_run(const std::string& path) {
  const fs::path file = document_path(path);
  return {report_name(file), reports::read_run_document(read_file(file), file.string())};
}

std::vector<reports::NamedRun> read_runs(const std::vector<std::string>& paths) {
  std::vector<reports::NamedRun> runs;
  std::set<std::string> names;
  for (const std::string& path : paths) {
    runs.push_back(read_run(path));
    names.insert(runs.back().name);
  }
  if (names.size() < runs.size()) {
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].name = paths[i];
  }
  return runs;
}

}  // namespace actscope::app
