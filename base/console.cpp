// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>

#include "actscope/base/visible_text.hpp"

namespace actscope {

void tell(std::string_view line) noexcept {
  try {
    write_to_stderr(visible_line(line) + "\n");
  } catch (const std::exception&) {  // no memory for the text
    write_to_stderr("a line is not shown [out of memory]\n");
  }
}

void write_to_stderr(std::string_view bytes) noexcept {
  constexpr int patience_ms = 1000;  // how long a full pipe that does not block is waited for
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd reader{STDERR_FILENO, POLLOUT, 0};
      if (::poll(&reader, 1, patience_ms) <= 0) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

void hold_standard_files() noexcept {
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (::fcntl(file, F_GETFD) != -1 || errno != EBADF) continue;
    // open() takes the lowest free number, which is `file`. The mode is the opposite of the file's,
    // so that reading or writing fails as before.
    const int mode = file == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) < 0) ::open("/", O_RDONLY | O_DIRECTORY);
  }
}

}  // namespace actscope
