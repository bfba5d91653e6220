// SPDX-License-Identifier: Apache-2.0
#include "run_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::app {
namespace fs = std::filesystem;
namespace {

// `folder` and those of its parents that do not exist, deepest first.
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

}  // namespace

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

RunFolder::RunFolder(fs::path path, ExistingFolder existing)
    : path_(std::move(path)), existing_(existing) {}

void RunFolder::check() const {
  if (path_.empty()) return;
  std::error_code code;
  const bool is_used =
      fs::exists(path_, code) && (!fs::is_directory(path_, code) || !fs::is_empty(path_, code));
  if (is_used && existing_ == ExistingFolder::refuse_unless_empty) {
    prepare_output_folder(path_, existing_);  // raises, with the words of every other refusal
  }
  check_writable(path_, "the output folder " + path_.string());
}

void RunFolder::start(const std::string& report_document) {
  if (path_.empty()) return;
  const std::vector<fs::path> made = missing_folders(path_);
  try {
    prepare_output_folder(path_, existing_);
    if (!report_document.empty()) write_report(report_document);
  } catch (...) {
    std::error_code code;
    for (const fs::path& folder : made) fs::remove(folder, code);  // only while empty
    throw;
  }
  is_started_ = true;
}

void RunFolder::write_report(const std::string& document) const {
  if (!path_.empty()) write_file_atomically(path_ / "report.json", document);
}

void RunFolder::remove_checkpoint() const {
  std::error_code code;
  if (!path_.empty()) fs::remove(path_ / "checkpoint.pt", code);
}

}  // namespace actscope::app
