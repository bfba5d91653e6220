// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/process_identity.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace actscope {
namespace fs = std::filesystem;
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string first_word(const char* file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

std::string link_text(const char* link) {
  std::error_code code;
  return fs::read_symlink(link, code).string();
}

// A /proc of another namespace shows other processes.
bool is_own_proc() {
  return link_text("/proc/self") == std::to_string(::getpid());
}

struct StatLine {
  bool is_ended = false;
  std::uint64_t started = 0;
};

StatLine stat_of(std::int64_t pid) {
  StatLine line;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');  // the name may hold blanks and brackets
  if (name_end == std::string::npos) return line;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  fields >> field;
  line.is_ended = field == "Z" || field == "X";  // ended, and not yet waited for
  for (int i = 4; i < 22 && fields >> field; ++i) {
  }
  fields >> line.started;
  return line;
}

}  // namespace

ProcessIdentity this_process() {
  ProcessIdentity self;
  self.host = host_name();
  self.boot = first_word("/proc/sys/kernel/random/boot_id");
  self.pid = ::getpid();
  if (!is_own_proc()) return self;
  self.namespaces = link_text("/proc/self/ns/pid") + link_text("/proc/self/ns/time");
  self.started = stat_of(self.pid).started;
  return self;
}

ProcessState state_of(const ProcessIdentity& other, const ProcessIdentity& self) {
  const bool is_comparable = !other.boot.empty() && other.boot == self.boot &&
                             !other.namespaces.empty() && other.namespaces == self.namespaces &&
                             other.pid > 0;
  if (!is_comparable) return ProcessState::unknown;
  if (::kill(static_cast<pid_t>(other.pid), 0) != 0 && errno == ESRCH) return ProcessState::dead;
  const StatLine line = stat_of(other.pid);
  if (line.is_ended) return ProcessState::dead;
  if (line.started == 0 || other.started == 0) return ProcessState::unknown;
  return line.started == other.started ? ProcessState::alive : ProcessState::dead;
}

}  // namespace actscope
