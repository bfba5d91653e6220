// SPDX-License-Identifier: Apache-2.0
#include "run/run_request.hpp"

#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/reports/config/document.hpp"
#include "output_files.hpp"
#include "report_files.hpp"

namespace actscope::app {
namespace fs = std::filesystem;
namespace {

// Two configurations of the same work are equal but for the folder.
std::string work_of(RunConfig config) {
  config.out.clear();
  return reports::write_config_document(config);
}

}  // namespace

RunRequest resumed_request(const RunOptions& options, const std::string& folder) {
  const std::string named = options.resolve().out;
  const std::string chosen = folder.empty() ? named : folder;
  if (chosen.empty()) {
    throw ConfigError(error_text("--resume needs a folder", {}, "write --resume DIR"));
  }
  if (!named.empty() && whole_path(named) != whole_path(chosen)) {
    throw ConfigError(error_text("--resume and --out name two folders", chosen + ", " + named,
                                 "leave --out out"));
  }
  RunRequest request;
  std::error_code code;
  if (fs::exists(fs::path(chosen) / "report.json", code)) {
    request.earlier = read_run(chosen).record;
  }
  request.config =
      options.resolve(request.earlier ? request.earlier->config : core::starting_config());
  request.config.out = chosen;
  if (request.is_complete() && work_of(request.earlier->config) != work_of(request.config)) {
    throw ConfigError(error_text("cannot resume " + chosen,
                                 "its run is complete, and was of other options",
                                 "name another folder, or --force to start over"));
  }
  return request;
}

void check_weights_target(const RunConfig& config) {
  if (config.save_weights.empty()) return;
  check_target(config.save_weights, "--save-weights " + config.save_weights, config.out);
}

void check_activity_target(const RunConfig& config, const std::string& file) {
  if (file.empty()) return;
  const bool is_on_gpu = core::device_of(config) == core::DeviceKind::cuda;
  if (!is_on_gpu || core::trace_level_of(config) < core::TraceLevel::cupti) {
    throw ConfigError(error_text("--activity " + file + " would stay empty",
                                 "device " + config.device + ", trace level " + config.trace,
                                 "give --device cuda and --trace cupti or audit"));
  }
  check_target(file, "--activity " + file, config.out);
}

}  // namespace actscope::app
