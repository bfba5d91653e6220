// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/atomic_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <random>
#include <system_error>

namespace actscope {
namespace {

constexpr std::string_view mark = ".partial-";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t random_letters = 8;

std::string temporary_name(const std::string& file) {
  std::random_device random;
  std::string name = file + std::string(mark);
  for (std::size_t i = 0; i < random_letters; ++i) name += letters[random() % letters.size()];
  return name;
}

// While it lives, `write` to a pipe without a reader fails instead of ending the program.
class BrokenPipesAreErrors {
 public:
  BrokenPipesAreErrors() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~BrokenPipesAreErrors() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&signals_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BrokenPipesAreErrors(const BrokenPipesAreErrors&) = delete;
  BrokenPipesAreErrors& operator=(const BrokenPipesAreErrors&) = delete;

 private:
  sigset_t signals_{}, before_{};
  bool was_pending_ = false;
};

bool wait_until_writable(int file) {
  pollfd one{file, POLLOUT, 0};
  return ::poll(&one, 1, -1) > 0 || errno == EINTR;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)), target_(output_target(path_)) {
  target_.is_replaced ? make() : open_through();
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) ::close(file_);
  if (!name_.empty()) ::unlink(name_.c_str());
}

void AtomicFile::make() {
  for (int tries = 0; tries < 100 && file_ < 0; ++tries) {
    name_ = temporary_name(target_.path.string());
    file_ = ::open(name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file_ < 0 && errno != EEXIST && errno != EINTR) break;
  }
  if (file_ < 0) {
    const int code = errno;
    name_.clear();
    fail(code);
  }
  copy_permissions();
}

// Where the owner cannot be kept, the permissions still are.
void AtomicFile::copy_permissions() const {
  struct stat old {
  }, made{};
  if (::stat(target_.path.c_str(), &old) != 0 || ::fstat(file_, &made) != 0) return;
  if (old.st_uid != made.st_uid || old.st_gid != made.st_gid) {
    if (::fchown(file_, old.st_uid, old.st_gid) != 0 &&
        ::fchown(file_, static_cast<uid_t>(-1), old.st_gid) != 0) {
      old.st_mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
    }
  }
  if (::fchmod(file_, old.st_mode & 07777) != 0) return;
}

void AtomicFile::open_through() {
  do {
    file_ = target_.descriptor >= 0
                ? ::fcntl(target_.descriptor, F_DUPFD_CLOEXEC, 0)
                : ::open(target_.path.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0) fail(errno);
}

void AtomicFile::append(std::string_view bytes) {
  const BrokenPipesAreErrors guard;
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN && wait_until_writable(file_)) continue;
    if (written <= 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  if (target_.is_replaced && ::fsync(file_) != 0) fail(errno);
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0) fail(errno);
  if (!target_.is_replaced) return;
  if (::rename(name_.c_str(), target_.path.c_str()) != 0) fail(errno);
  name_.clear();
  sync_folder(target_.path.parent_path());
}

void AtomicFile::fail(int code) const {
  refuse_output(path_, std::generic_category().message(code),
                "check the folder, its permissions and the space left");
}

bool is_temporary_name(std::string_view name, std::string_view of) {
  if (!name.starts_with(of)) return false;
  name.remove_prefix(of.size());
  if (!name.starts_with(mark) || name.size() != mark.size() + random_letters) return false;
  name.remove_prefix(mark.size());
  return name.find_first_not_of(letters) == std::string_view::npos;
}

void sync_folder(const std::filesystem::path& folder) noexcept {
  const char* const name = folder.empty() ? "." : folder.c_str();
  const int fd = ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace actscope
