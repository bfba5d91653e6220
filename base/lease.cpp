// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/lease.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <random>
#include <sstream>
#include <system_error>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view lease_line = "actscope lease 1";
constexpr std::size_t largest_lease = 4096;

std::string random_token() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < 24; ++i) token += "0123456789abcdef"[random() % 16];
  return token;
}

std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string text_of(const ProcessIdentity& process, const std::string& token) {
  std::ostringstream text;
  text << lease_line << "\nhost " << process.host << "\nboot " << process.boot << "\nnamespaces "
       << process.namespaces << "\npid " << process.pid << "\nstarted " << process.started
       << "\ntoken " << token << "\nsince " << time_now() << "\n";
  return text.str();
}

template <class Number>
Number number_in(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Leaves plain letters only: the text of somebody else's file goes to terminals.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 256)) result += c > ' ' && c < '\x7f' ? c : '?';
  return result;
}

std::optional<LeaseHolder> parse(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != lease_line) return std::nullopt;
  LeaseHolder holder;
  while (std::getline(lines, line)) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos) continue;
    const std::string_view key = std::string_view(line).substr(0, blank);
    const std::string value = plain(std::string_view(line).substr(blank + 1));
    if (key == "host") holder.process.host = value;
    if (key == "boot") holder.process.boot = value;
    if (key == "namespaces") holder.process.namespaces = value;
    if (key == "pid") holder.process.pid = number_in<std::int64_t>(value);
    if (key == "started") holder.process.started = number_in<std::uint64_t>(value);
    if (key == "token") holder.token = value;
    if (key == "since") holder.since = value;
  }
  if (holder.token.empty()) return std::nullopt;  // the file was cut short
  return holder;
}

[[noreturn]] void fail(const fs::path& file, int code) {
  throw EnvironmentError(error_text("cannot write " + file.string(),
                                    std::generic_category().message(code),
                                    "check the folder, its permissions and the space left"));
}

bool make_exclusively(const fs::path& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0) {
    if (errno == EEXIST) return false;
    fail(file, errno);
  }
  errno = ENOSPC;  // which a short write does not set
  const bool is_written = ::write(fd, text.data(), text.size()) == std::ssize(text);
  int code = is_written ? 0 : errno;
  if (::close(fd) != 0 && code == 0) code = errno;
  if (code == 0) return true;
  ::unlink(file.c_str());
  fail(file, code);
}

// Puts back what was moved away by mistake; where another file has come meanwhile, that one stays.
void put_back(const fs::path& grave, const fs::path& file) {
  std::error_code code;
  fs::create_hard_link(grave, file, code);
  fs::remove(grave, code);
}

}  // namespace

std::string LeaseHolder::text() const {
  return "host " + process.host + ", process " + std::to_string(process.pid) + ", since " + since;
}

LeaseObserver::LeaseObserver(ProcessIdentity self, std::function<Clock::time_point()> now)
    : self_(std::move(self)), now_(std::move(now)) {}

// Opening comes first: only that makes network file systems ask the server again.
std::optional<LeaseObserver::Stamp> LeaseObserver::stamp_of(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  Stamp stamp;
  struct stat found {};
  if (::fstat(fd, &found) == 0) {
    stamp.touched_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
  }
  std::array<char, largest_lease> bytes{};
  const ssize_t count = ::read(fd, bytes.data(), bytes.size());
  const int code = errno;
  ::close(fd);
  errno = code;
  if (count < 0) return std::nullopt;
  stamp.text.assign(bytes.data(), static_cast<std::size_t>(count));
  return stamp;
}

LeaseState LeaseObserver::look(const fs::path& file) {
  const std::optional<Stamp> stamp = stamp_of(file);
  if (!stamp) {
    seen_.erase(file);
    std::error_code code;
    return fs::exists(fs::symlink_status(file, code)) ? LeaseState::unknown : LeaseState::none;
  }
  const std::optional<LeaseHolder> holder = parse(stamp->text);
  const ProcessState process = holder ? state_of(holder->process, self_) : ProcessState::unknown;
  if (process == ProcessState::dead) return LeaseState::dead;
  if (process == ProcessState::alive) return LeaseState::alive;
  const Clock::time_point now = now_();
  const auto [entry, is_first] = seen_.try_emplace(file, Seen{*stamp, now});
  Seen& seen = entry->second;
  if (!is_first && seen.stamp != *stamp) seen = {*stamp, now, true};
  if (now - seen.since >= longest_silence) return LeaseState::dead;
  return seen.has_changed ? LeaseState::alive : LeaseState::unknown;
}

bool LeaseObserver::may_be_held(const fs::path& file) {
  const LeaseState state = look(file);
  return state == LeaseState::alive || state == LeaseState::unknown;
}

std::optional<LeaseHolder> LeaseObserver::holder(const fs::path& file) {
  const std::optional<Stamp> stamp = stamp_of(file);
  return stamp ? parse(stamp->text) : std::nullopt;
}

Lease::Lease(fs::path file, std::string token) : file_(std::move(file)), token_(std::move(token)) {}

Lease::Lease(Lease&& other) noexcept
    : file_(std::move(other.file_)), token_(std::exchange(other.token_, {})) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  file_ = std::move(other.file_);
  token_ = std::exchange(other.token_, {});
  return *this;
}

std::optional<Lease> Lease::try_take(const fs::path& file, LeaseObserver& observer) {
  const std::string token = random_token();
  const std::string text = text_of(observer.self(), token);
  if (make_exclusively(file, text)) return Lease(file, token);
  const auto judged = LeaseObserver::stamp_of(file);
  if (observer.may_be_held(file) || !judged) return std::nullopt;
  // Several may find a dead lease: one moves it away, the others find nothing to move.
  const fs::path grave = file.string() + ".grave-" + token;
  std::error_code code;
  fs::rename(file, grave, code);
  if (code) return std::nullopt;
  // It may have been taken anew, or touched, between the look and the move: then it goes back.
  if (LeaseObserver::stamp_of(grave) != judged) {
    put_back(grave, file);
    return std::nullopt;
  }
  fs::remove(grave, code);
  if (!make_exclusively(file, text)) return std::nullopt;
  return Lease(file, token);
}

Lease Lease::take(const fs::path& file, LeaseObserver& observer, const std::string& user,
                  const std::function<bool()>& wait) {
  const auto refuse = [&](const std::string& who) {
    throw EnvironmentError(error_text("cannot use " + file.parent_path().string(),
                                      user + " works in it: " + who,
                                      "wait for its end, or name another folder"));
  };
  while (true) {
    if (std::optional<Lease> lease = try_take(file, observer)) return std::move(*lease);
    const auto holder = LeaseObserver::holder(file);
    const std::string who = holder ? holder->text() : "its lease does not say who";
    if (observer.look(file) == LeaseState::alive) refuse(who);
    if (!wait()) refuse(who + ", if that still lives");
  }
}

// A file that cannot be read just now is not lost: only one that is gone, or another's.
bool Lease::is_ours(const fs::path& file) const noexcept {
  try {
    const auto stamp = LeaseObserver::stamp_of(file);
    if (!stamp) return errno != ENOENT;
    const auto holder = parse(stamp->text);
    return holder && holder->token == token_;
  } catch (const std::exception&) {  // no memory: nothing says that it is another's
    return true;
  }
}

bool Lease::touch() const noexcept {
  if (token_.empty() || !is_ours(file_)) return false;
  ::utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
  return true;
}

// Moved away first: between a look and a removal the file could become another's.
void Lease::give_back() noexcept {
  if (token_.empty()) return;
  try {
    const fs::path grave = file_.string() + ".grave-" + token_;
    std::error_code code;
    if (is_ours(file_)) {
      fs::rename(file_, grave, code);
      if (!code && !is_ours(grave)) {
        put_back(grave, file_);
      } else if (!code) {
        fs::remove(grave, code);
      }
    }
  } catch (const std::exception&) {  // no memory for a name: it is found dead later
  }
  token_.clear();
}

}  // namespace actscope
