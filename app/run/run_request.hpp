// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "actscope/base/run_record.hpp"
#include "options/run_options.hpp"

namespace actscope::app {

/// What is to be run: a configuration and, where it continues another run, that run's report.
struct RunRequest {
  RunConfig config;
  std::optional<RunRecord> earlier;  ///< absent also where a killed run left no report

  bool is_complete() const { return earlier && earlier->status == RunStatus::completed; }
};

/// Continues the run in `folder`, or in --out where that is empty: options not given are those of
/// its report.
/// Errors  ConfigError: no folder, two folders, or a complete run of other options;
///         DataError, ReportFormatError: its report
RunRequest resumed_request(const RunOptions& options, const std::string& folder);

/// Checks, before the work starts, that the final weights can be written at its end.
/// Errors  EnvironmentError: --save-weights names a folder, or lies where no file can be made
void check_weights_target(const RunConfig& config);

/// Whether the device's records can be had and written to `file`; empty: none are asked for.
/// Errors  ConfigError: no CUPTI at this device or trace level;
///         EnvironmentError: no file can be made
void check_activity_target(const RunConfig& config, const std::string& file);

}  // namespace actscope::app
