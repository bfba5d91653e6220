// SPDX-License-Identifier: Apache-2.0
#include "sweep/lease.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <system_error>

#include "actscope/base/error.hpp"

namespace actscope::sweep {
namespace fs = std::filesystem;
namespace {

constexpr auto longest_silence = std::chrono::seconds(60);

struct Holder {
  std::string host;
  long pid = 0;
  unsigned long long started = 0;  ///< of the process, in ticks since boot
};

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

// Ticks since boot at which a process began: a number that its successor by pid does not have.
unsigned long long start_of(long pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');  // the name may hold blanks and brackets
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  fields >> field;
  if (field == "Z") return 0;  // ended, and nobody has asked how
  for (int i = 4; i < 22 && fields >> field; ++i) {
  }
  unsigned long long started = 0;
  fields >> started;
  return started;
}

// A file that was only just made may not have its text yet: then an empty host, told alive by age.
Holder read_holder(const fs::path& file) {
  Holder holder;
  std::ifstream stream(file);
  stream >> holder.host >> holder.pid >> holder.started;
  return holder;
}

bool is_recent(const fs::path& file) {
  std::error_code code;
  const auto touched = fs::last_write_time(file, code);
  return !code && fs::file_time_type::clock::now() - touched < longest_silence;
}

bool is_alive(const fs::path& file) {
  const Holder holder = read_holder(file);
  if (holder.host != this_host() || holder.pid <= 0) return is_recent(file);
  if (::kill(static_cast<pid_t>(holder.pid), 0) != 0 && errno == ESRCH) return false;
  return holder.started != 0 && start_of(holder.pid) == holder.started;
}

bool make_exclusively(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) {
    if (errno == EEXIST) return false;
    throw EnvironmentError(error_text("cannot write " + file.string(),
                                      std::generic_category().message(errno),
                                      "check the folder, its permissions and the space left"));
  }
  const std::string text = this_host() + " " + std::to_string(::getpid()) + " " +
                           std::to_string(start_of(::getpid())) + "\n";
  const bool is_whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (is_whole) return true;
  ::unlink(file.c_str());
  throw EnvironmentError(
      error_text("cannot write " + file.string(), "the disk may be full", "free some space"));
}

}  // namespace

bool Lease::try_take(const fs::path& file) {
  if (make_exclusively(file)) return true;
  if (is_alive(file)) return false;
  // Of several that find a dead lease one moves it away; the others find nothing to move.
  const fs::path grave = file.string() + "." + this_host() + "." + std::to_string(::getpid());
  std::error_code code;
  fs::rename(file, grave, code);
  if (code) return false;
  // It may have been taken anew between the look and the move: then it goes back.
  if (is_alive(grave)) {
    fs::create_hard_link(grave, file, code);
    fs::remove(grave, code);
    return false;
  }
  fs::remove(grave, code);
  return make_exclusively(file);
}

bool Lease::is_held(const fs::path& file) {
  std::error_code code;
  return fs::exists(file, code) && is_alive(file);
}

void Lease::touch(const fs::path& file) noexcept {
  ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0);
}

void Lease::give_back(const fs::path& file) noexcept {
  ::unlink(file.c_str());
}

}  // namespace actscope::sweep
