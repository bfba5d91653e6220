// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace actscope::sweep {

/// How a process ended.
struct ProcessEnd {
  int exit_code = 0;  ///< -1 where a signal ended it
  int signal = 0;
};

/// A process of ours that does not outlive us: it is killed when the thread that started it ends,
/// however that happens. It has the signals that our parent gave us, except that SIGTERM gets
/// through: by that we stop it.
class ChildProcess {
 public:
  /// Starts `arguments[0]` with both outputs appended to `log` and `environment` added.
  /// Errors  EnvironmentError: the log cannot be written or the program cannot be started
  ChildProcess(const std::vector<std::string>& arguments, const std::filesystem::path& log,
               const std::vector<std::pair<std::string, std::string>>& environment);
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// How it ended, or nothing while it runs. Asked once more after its end it is an error of ours.
  std::optional<ProcessEnd> poll();
  void send(int signal) const noexcept;

 private:
  pid_t pid_ = 0;
};

}  // namespace actscope::sweep
