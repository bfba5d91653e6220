// SPDX-License-Identifier: Apache-2.0
#include "sweep/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "process/inherited_signals.hpp"

extern char** environ;

namespace actscope::sweep {
namespace {

// The arrays of execve; the texts must outlive it.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

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
  // Only calls that are safe between fork and exec.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  app::give_back_signals();
  // The child has a group of its own: Ctrl-C reaches the scheduler, which decides.
  ::setpgid(0, 0);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
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
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> variable_pointers = pointers(variables);
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
