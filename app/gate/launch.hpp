// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace actscope::app {

/// What to start, and what it may take.
struct LaunchRequest {
  std::string command;               ///< one line of the shell, as CI files have it
  std::filesystem::path out_folder;  ///< exists; $ACTSCOPE_OUT and {out} of the command
  std::filesystem::path stdout_file, stderr_file;
  double limit_s = 0;  ///< 0: none
  std::function<bool()> is_stop_requested;
};

enum class LaunchOutcome { exited, signaled, timed_out, stopped };

/// How a command ended and what the system says that it took, its own children included.
struct LaunchEnd {
  LaunchOutcome outcome = LaunchOutcome::exited;
  int exit_code = 0;  ///< where it exited
  int signal = 0;     ///< where a signal ended it
  double wall_s = 0, cpu_s = 0;
  std::int64_t peak_rss_bytes = 0;           ///< of the largest process
  std::optional<std::int64_t> instructions;  ///< in user mode, where perf_event answers
};

/// Runs a command by `/bin/sh -c` in a process group of its own and waits for its end. What is left
/// of the group then is killed. stdin is empty. Variables by which this program makes its own
/// OpenMP threads sleep are not handed on.
/// Errors  EnvironmentError: no process can be started, or a file cannot be written
LaunchEnd launch(const LaunchRequest& request);

/// The command with every {out} replaced by the folder, quoted for the shell.
std::string with_out_folder(const std::string& command, const std::filesystem::path& folder);

}  // namespace actscope::app
