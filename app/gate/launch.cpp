// SPDX-License-Identifier: Apache-2.0
#include "gate/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "actscope/base/error.hpp"
#include "gate/instruction_counter.hpp"
#include "process/child_start.hpp"

extern char** environ;

namespace actscope::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_every_ms = 50;

[[noreturn]] void refuse(const std::string& what) {
  throw EnvironmentError(error_text(what, std::generic_category().message(errno),
                                    "check permissions, space and limits on processes"));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void close_now() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

int opened(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) refuse("cannot write " + file.string());
  return fd;
}

// What process_start.cpp adds for this program is not what the command would have had.
std::vector<std::string> environment_of_command(const std::filesystem::path& out_folder) {
  constexpr std::string_view policy = "OMP_WAIT_POLICY=passive", spins = "GOMP_SPINCOUNT=1000";
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  const auto has = [&](std::string_view text) {
    return std::ranges::find(variables, text) != variables.end();
  };
  const bool are_ours = has(policy) && has(spins);
  std::erase_if(variables, [&](const std::string& variable) {
    return variable.starts_with("ACTSCOPE_OUT=") ||
           (are_ours && (variable == policy || variable == spins));
  });
  variables.push_back("ACTSCOPE_OUT=" + out_folder.string());
  return variables;
}

// Only calls that are safe between fork and exec. Waits until the parent has its counter ready.
[[noreturn]] void become_command(const std::vector<char*>& arguments,
                                 const std::vector<char*>& variables, int out, int error, int start,
                                 int go, pid_t parent) {
  begin_child(out, error, parent);
  ::close(go);  // else its own end would keep the pipe open
  char byte = 0;
  while (::read(start, &byte, 1) < 0 && errno == EINTR) {
  }
  ::execve(arguments[0], arguments.data(), variables.data());
  ::_exit(127);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Sleeps until the process ends or the time is over.
void wait_a_little(int process_fd, int milliseconds) {
  if (process_fd < 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return;
  }
  pollfd watched{process_fd, POLLIN, 0};
  ::poll(&watched, 1, milliseconds);
}

// Waits for the end; kills the group where the time is over or a stop is asked for.
LaunchEnd wait_for(pid_t process, const LaunchRequest& request, Clock::time_point begin) {
  const Descriptor process_fd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  LaunchEnd end;
  int status = 0;
  rusage usage{};
  while (true) {
    const pid_t ended = ::wait4(process, &status, WNOHANG, &usage);
    end.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
    if (ended == process || (ended < 0 && errno != EINTR)) break;
    const bool is_late = request.limit_s > 0 && end.wall_s > request.limit_s;
    if (end.outcome == LaunchOutcome::exited && (is_late || request.is_stop_requested())) {
      end.outcome = is_late ? LaunchOutcome::timed_out : LaunchOutcome::stopped;
      ::kill(-process, SIGKILL);
    }
    wait_a_little(process_fd.get(), look_every_ms);
  }
  ::kill(-process, SIGKILL);  // what it left running would disturb the next
  end.cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  end.peak_rss_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  if (end.outcome != LaunchOutcome::exited) return end;
  if (WIFSIGNALED(status)) {
    end.outcome = LaunchOutcome::signaled;
    end.signal = WTERMSIG(status);
  } else {
    end.exit_code = WEXITSTATUS(status);
  }
  return end;
}

}  // namespace

std::string with_out_folder(const std::string& command, const std::filesystem::path& folder) {
  std::string quoted = "'";
  for (const char c : folder.string()) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  quoted += "'";
  std::string text = command;
  constexpr std::string_view placeholder = "{out}";
  for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
       at += quoted.size()) {
    text.replace(at, placeholder.size(), quoted);
  }
  return text;
}

LaunchEnd launch(const LaunchRequest& request) {
  const std::vector<std::string> arguments = {"/bin/sh", "-c",
                                              with_out_folder(request.command, request.out_folder)};
  const std::vector<std::string> variables = environment_of_command(request.out_folder);
  const std::vector<char*> argument_pointers = exec_pointers(arguments);
  const std::vector<char*> variable_pointers = exec_pointers(variables);
  const Descriptor out(opened(request.stdout_file)), error(opened(request.stderr_file));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) refuse("cannot start a process");
  const Descriptor start(ends[0]);
  Descriptor go(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process == 0) {
    become_command(argument_pointers, variable_pointers, out.get(), error.get(), start.get(),
                   go.get(), parent);
  }
  if (process < 0) refuse("cannot start a process");
  ::setpgid(process, process);  // whichever of the two comes first
  const InstructionCounter counter(process);
  const Clock::time_point begin = Clock::now();
  go.close_now();
  LaunchEnd end = wait_for(process, request, begin);
  end.instructions = counter.count();
  return end;
}

}  // namespace actscope::app
