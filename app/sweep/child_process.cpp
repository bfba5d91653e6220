// SPDX-License-Identifier: Apache-2.0
#include "sweep/child_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "process/child_start.hpp"

extern char** environ;

namespace actscope::sweep {
namespace {

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool is_replaced = false;
    for (const auto& [name, value] : added) is_replaced |= text.starts_with(name + "=");
    if (!is_replaced) all.push_back(text);
  }
  for (const auto& [name, value] : added) {
    std::string entry = name;
    entry.append("=").append(value);
    all.push_back(std::move(entry));
  }
  return all;
}

[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         int log, pid_t parent) {
  app::begin_child(log, log, parent);
  ::execve(arguments[0], arguments.data(), environment.data());
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::filesystem::path& log,
                           const std::vector<std::pair<std::string, std::string>>& environment) {
  const int fd = ::open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) {
    throw EnvironmentError(error_text("cannot write " + log.string(),
                                      std::generic_category().message(errno),
                                      "check the folder, its permissions and the space left"));
  }
  const std::vector<std::string> variables = merged_environment(environment);
  const std::vector<char*> argument_pointers = app::exec_pointers(arguments);
  const std::vector<char*> variable_pointers = app::exec_pointers(variables);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(argument_pointers, variable_pointers, fd, parent);
  const int why = errno;
  ::close(fd);
  if (pid_ < 0) {
    throw EnvironmentError(error_text("cannot start a process",
                                      std::generic_category().message(why), "use fewer --workers"));
  }
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<ProcessEnd> ChildProcess::poll() {
  ACTSCOPE_REQUIRES(pid_ > 0);
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  pid_ = 0;
  if (ended < 0) return ProcessEnd{-1, 0};
  if (WIFSIGNALED(status)) return ProcessEnd{-1, WTERMSIG(status)};
  return ProcessEnd{WEXITSTATUS(status), 0};
}

void ChildProcess::send(int signal) const noexcept {
  if (pid_ > 0) ::kill(pid_, signal);
}

}  // namespace actscope::sweep
