// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

namespace actscope {

/// Exit codes, the same for every subcommand (docs/reference/exit-codes.md).
enum class ExitCode : int {
  done = 0,
  negative_result = 1,
  usage = 2,
  invalid_input = 3,
  environment = 4,
  inconclusive = 5,
  run_failed = 6,
  interrupted = 130,
};

/// The exit code that stands for an error: ConfigError, ShapeMismatch, UnsupportedBlockSize →
/// usage; DataError, ReportFormatError → invalid_input; BackendNotBuilt, DeviceError,
/// EnvironmentError → environment; everything else → run_failed.
ExitCode exit_code_of(const std::exception& error) noexcept;

}  // namespace actscope
