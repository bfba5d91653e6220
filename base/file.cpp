// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/units.hpp"

namespace actscope {
namespace fs = std::filesystem;
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

[[noreturn]] void refuse_reading(const fs::path& path, const std::string& why) {
  throw DataError(error_text("cannot read " + path.string(), why));
}

// A file that is read; pipes do not hold us up when they are opened.
class Reading {
 public:
  explicit Reading(const fs::path& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (file_ < 0) refuse_reading(path, reason(errno));
  }
  ~Reading() { ::close(file_); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// Reads some bytes, 0 at the end; waits for a writer of a pipe as long as it is there.
  std::size_t some(char* to, std::size_t size) {
    while (true) {
      const ssize_t got = ::read(file_, to, size);
      if (got > 0) has_data_ = true;
      if (got > 0 || (got == 0 && !is_waited_for())) return static_cast<std::size_t>(got);
      if (got < 0 && errno == EAGAIN) {
        pollfd input{file_, POLLIN, 0};
        ::poll(&input, 1, -1);
      } else if (got < 0 && errno != EINTR) {
        refuse_reading(path_, reason(errno));
      }
    }
  }

 private:
  // A pipe with a name that nobody has opened for writing yet: true after a while, an error after
  // several.
  bool is_waited_for() {
    constexpr int look_ms = 50, patience_ms = 5000;
    struct stat facts {};
    if (has_data_ || ::fstat(file_, &facts) != 0 || !S_ISFIFO(facts.st_mode)) return false;
    pollfd input{file_, POLLIN, 0};
    if (::poll(&input, 1, look_ms) > 0) return (input.revents & POLLIN) != 0;  // else it was closed
    waited_ms_ += look_ms;
    if (waited_ms_ >= patience_ms) refuse_reading(path_, "nobody writes to this pipe");
    return true;
  }

  const fs::path& path_;
  int file_;
  bool has_data_ = false;
  int waited_ms_ = 0;
};

}  // namespace

std::string read_file(const fs::path& path, std::int64_t limit_bytes) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) refuse_reading(path, "no such file");
  if (status.type() == fs::file_type::none) refuse_reading(path, code.message());
  if (fs::is_directory(status)) refuse_reading(path, "it is a folder, not a file");
  Reading reading(path);
  std::string bytes;
  std::array<char, 1 << 16> piece{};
  while (const std::size_t size = reading.some(piece.data(), piece.size())) {
    bytes.append(piece.data(), size);
    if (static_cast<std::int64_t>(bytes.size()) > limit_bytes) {
      refuse_reading(path, "it is larger than " + format_bytes(limit_bytes));
    }
  }
  return bytes;
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.append(bytes);
  file.commit();
}

bool is_unused_folder(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return false;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(folder_lease_name) && !is_temporary_name(name, manifest_name)) {
      return false;
    }
  }
  return !code;
}

void prepare_output_folder(const fs::path& folder, ExistingFolder existing) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw EnvironmentError(
        error_text("cannot use the output folder " + folder.string(), why, remedy));
  };
  std::error_code code;
  const bool existed = fs::exists(folder, code);
  if (existed && !fs::is_directory(folder, code)) refuse("it is not a folder", "name another");
  if (existed && existing == ExistingFolder::refuse_unless_empty && !is_unused_folder(folder)) {
    refuse("it is not empty", "name another, --force to start over or --resume to continue");
  }
  fs::create_directories(folder, code);
  if (code) refuse(code.message(), "name a folder that can be written to");
  std::string probe = (folder / ".actscope-probe-XXXXXX").string();
  const int fd = ::mkstemp(probe.data());
  if (fd < 0) refuse(reason(errno), "name a folder that can be written to");
  ::close(fd);
  ::unlink(probe.c_str());
}

}  // namespace actscope
