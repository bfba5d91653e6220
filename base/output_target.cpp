// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/output_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "actscope/base/error.hpp"

namespace actscope {
namespace fs = std::filesystem;
namespace {

constexpr int most_links = 40;  // as Linux

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// The folder of open files that `file` lies in (/proc/123/fd), or nothing. The links there lead to
// files that may have no name, so they cannot be read and followed as others are.
std::optional<fs::path> folder_of_open_files(const fs::path& file) {
  if (!is_number(file.filename().string())) return std::nullopt;
  std::error_code code;
  const fs::path folder = fs::canonical(folder_of(file), code);
  if (code || folder.filename() != "fd" || !folder.string().starts_with("/proc/")) {
    return std::nullopt;
  }
  return folder;
}

OutputTarget open_file(const fs::path& named, const fs::path& at, const fs::path& folder) {
  std::error_code code;
  if (folder != fs::canonical("/proc/self/fd", code)) return {at, false, -1};
  const int descriptor = std::atoi(at.filename().c_str());
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) refuse_output(named, "no such file is open", "name another");
  if ((flags & O_ACCMODE) == O_RDONLY) refuse_output(named, "it is open to read", "name another");
  return {at, false, descriptor};
}

}  // namespace

void refuse_output(const fs::path& path, const std::string& why, const std::string& remedy) {
  throw EnvironmentError(error_text("cannot write " + path.string(), why, remedy));
}

OutputTarget output_target(const fs::path& named) {
  std::error_code code;
  fs::path at = named;
  for (int links = 0;; ++links) {
    if (links > most_links) refuse_output(named, "its links go in circles", "name another file");
    if (const auto folder = folder_of_open_files(at)) return open_file(named, at, *folder);
    if (!fs::is_symlink(fs::symlink_status(at, code))) break;
    const fs::path next = fs::read_symlink(at, code);
    if (code) refuse_output(named, code.message(), "name another file");
    at = next.is_absolute() ? next : folder_of(at) / next;
  }
  struct stat found {};
  if (::stat(at.c_str(), &found) != 0) return {at, true, -1};  // making the file raises the error
  if (S_ISDIR(found.st_mode)) refuse_output(named, "it is a folder", "name a file");
  if (::faccessat(AT_FDCWD, at.c_str(), W_OK, AT_EACCESS) != 0) {
    refuse_output(named, std::generic_category().message(errno),
                  "name a file that may be written to");
  }
  return {at, S_ISREG(found.st_mode), -1};
}

}  // namespace actscope
