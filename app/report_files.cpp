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

std::string kind_of_document(const std::string& path) {
  std::error_code code;
  const fs::path file = document_path(path);
  if (!fs::is_regular_file(file, code)) return {};
  try {
    return reports::identify(read_file(file), file.string()).name;
  } catch (const ReportFormatError&) {
    return {};
  }
}

namespace {

template <class Record>
Record read_as(Record (*read)(std::string_view, std::string_view), const std::string& path) {
  const fs::path file = document_path(path);
  return read(read_file(file), file.string());
}

}  // namespace

KernelsBenchRecord read_kernels(const std::string& path) {
  return read_as(reports::read_kernels_document, path);
}

TracerBenchRecord read_tracer(const std::string& path) {
  return read_as(reports::read_tracer_document, path);
}

reports::GateResult read_verdict(const std::string& path) {
  return read_as(reports::read_gate_document, path);
}

reports::History read_history(const std::string& path) {
  return read_as(reports::read_history_document, path);
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
