// SPDX-License-Identifier: Apache-2.0
#include "output_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/output_target.hpp"

namespace actscope::app {
namespace fs = std::filesystem;

fs::path whole_path(const fs::path& folder) {
  std::error_code code;
  return (fs::absolute(folder, code) / "x").lexically_normal().parent_path();
}

std::vector<fs::path> missing_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code code;
  fs::path at = fs::absolute(folder, code).lexically_normal();
  if (!at.has_filename()) at = at.parent_path();  // "a/b/" is a/b
  while (!at.empty() && !fs::exists(at, code) && at != at.parent_path()) {
    missing.push_back(at);
    at = at.parent_path();
  }
  return missing;
}

void check_writable(const fs::path& folder, const std::string& what) {
  const std::vector<fs::path> missing = missing_folders(folder);
  std::error_code code;
  const fs::path existing =
      missing.empty() ? fs::absolute(folder, code) : missing.back().parent_path();
  const auto refuse = [&](const std::string& why) {
    throw EnvironmentError(
        error_text("cannot use " + what, why, "name a folder that can be written to"));
  };
  if (!fs::is_directory(existing, code)) refuse(existing.string() + " is not a folder");
  if (::access(existing.c_str(), W_OK | X_OK) != 0) {
    refuse(existing.string() + ": " + std::generic_category().message(errno));
  }
}

void check_target(const std::string& file, const std::string& what, const std::string& made_later) {
  std::error_code code;
  const OutputTarget target = output_target(file);
  if (!target.is_replaced) return;
  const fs::path folder = fs::absolute(target.path, code).parent_path();
  if (!made_later.empty() && whole_path(folder) == whole_path(made_later)) return;
  if (!fs::exists(folder, code)) {
    throw EnvironmentError(error_text("cannot write " + what, folder.string() + " does not exist",
                                      "make the folder first"));
  }
  check_writable(folder, what);
}

fs::path document_file(const std::string& out, const std::string& name) {
  std::error_code code;
  const bool is_file = fs::path(out).extension() == ".json" ||
                       (fs::exists(out, code) && !fs::is_directory(out, code));
  return out.empty() || is_file ? fs::path(out) : fs::path(out) / name;
}

}  // namespace actscope::app
