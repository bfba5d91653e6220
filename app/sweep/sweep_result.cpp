// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_result.hpp"

#include <algorithm>
#include <map>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "sweep/point.hpp"
#include "sweep/sweep_plan.hpp"

namespace actscope::app {
namespace fs = std::filesystem;

std::vector<SweepPointRecord> expanded(const SweepSpec& spec) {
  return sweep::expand(spec, [](const RunConfig& config) {
    RunConfig checked = config;
    checked.out = ".";  // every point has a folder of its own
    core::validate_run_config(checked);
  });
}

SweepRecord read_sweep_folder(const sweep::SweepFolder& folder) {
  SweepRecord record;
  record.points = expanded(folder.read_spec());
  record.environment = core::describe_environment();
  std::map<std::string, SweepPointRecord> known;
  std::error_code code;
  if (fs::exists(folder.document(), code)) {
    try {
      const std::string file = folder.document().string();
      for (SweepPointRecord& point : reports::read_sweep_document(read_file(file), file).points) {
        known.emplace(point.id, std::move(point));
      }
    } catch (const Error&) {  // it is written anew from what lies on the disk
    }
  }
  for (SweepPointRecord& point : record.points) {
    const auto earlier = known.find(point.id);
    folder.refresh(point, earlier == known.end() ? nullptr : &earlier->second);
  }
  return record;
}

bool is_sweep(const std::string& path) {
  std::error_code code;
  return fs::path(path).filename() == "sweep.json" ||
         fs::exists(fs::path(path) / "sweep.json", code);
}

reports::SweepWithRuns read_sweep(const std::string& folder_or_file) {
  std::error_code code;
  const fs::path file = fs::is_directory(folder_or_file, code)
                            ? fs::path(folder_or_file) / "sweep.json"
                            : fs::path(folder_or_file);
  reports::SweepWithRuns sweep;
  sweep.record = reports::read_sweep_document(read_file(file), file.string());
  for (const SweepPointRecord& point : sweep.record.points) {
    if (point.status != PointStatus::done || point.report.empty()) continue;
    const fs::path report = file.parent_path() / point.report;
    try {
      sweep.runs.push_back({sweep::point_title(point.config),
                            reports::read_run_document(read_file(report), report.string())});
    } catch (const Error&) {  // its summary is in the document
    }
  }
  return sweep;
}

std::string count_text(const SweepRecord& record) {
  std::string text = std::to_string(record.points.size()) + " points: ";
  const char* separator = "";
  for (const PointStatus status : {PointStatus::done, PointStatus::running, PointStatus::pending,
                                   PointStatus::failed, PointStatus::skipped}) {
    const auto count = std::ranges::count(record.points, status, &SweepPointRecord::status);
    if (count == 0) continue;
    text += separator + std::to_string(count) + " " + name_of(status);
    separator = ", ";
  }
  return text;
}

ExitCode exit_code_of_points(const SweepRecord& record) {
  const bool has_failed = std::ranges::any_of(record.points, [](const SweepPointRecord& point) {
    return point.status == PointStatus::failed;
  });
  return has_failed ? ExitCode::negative_result : ExitCode::done;
}

}  // namespace actscope::app
