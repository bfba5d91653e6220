// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/atomic_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "actscope/base/error.hpp"

namespace actscope {

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  name_ = path_.string() + ".XXXXXX";
  file_ = ::mkstemp(name_.data());
  if (file_ < 0) {
    const int code = errno;
    name_.clear();
    fail(code);
  }
  ::fchmod(file_, 0644);
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) ::close(file_);
  if (!name_.empty()) ::unlink(name_.c_str());
}

void AtomicFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  if (::fsync(file_) != 0) fail(errno);
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0 || ::rename(name_.c_str(), path_.c_str()) != 0) fail(errno);
  name_.clear();
}

void AtomicFile::fail(int code) const {
  throw EnvironmentError(error_text("cannot write " + path_.string(),
                                    std::generic_category().message(code),
                                    "check the folder, its permissions and the space left"));
}

}  // namespace actscope
