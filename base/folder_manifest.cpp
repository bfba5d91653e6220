// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/folder_manifest.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view first_line = "actscope folder 1";
constexpr std::int64_t largest_manifest = 64 << 10;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

void remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return;
  throw EnvironmentError(error_text("cannot remove " + file.string(),
                                    std::generic_category().message(errno),
                                    "check the folder, or name another"));
}

}  // namespace

std::optional<FolderManifest> read_manifest(const fs::path& folder) {
  std::string text;
  try {
    text = read_file(folder / manifest_name, largest_manifest);
  } catch (const DataError&) {
    return std::nullopt;
  }
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != first_line) return std::nullopt;
  FolderManifest manifest;
  while (std::getline(lines, line)) {
    if (line.starts_with("kind ")) manifest.kind = line.substr(5);
    if (!line.starts_with("file ")) continue;
    manifest.files.push_back(line.substr(5));
    if (!is_plain_name(manifest.files.back())) return std::nullopt;
  }
  if (manifest.kind.empty()) return std::nullopt;
  return manifest;
}

void write_manifest(const fs::path& folder, const FolderManifest& manifest) {
  std::string text = std::string(first_line) + "\nkind " + manifest.kind + "\n";
  for (const std::string& file : manifest.files) text += "file " + file + "\n";
  write_file_atomically(folder / manifest_name, text);
}

void note_in_manifest(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::optional<FolderManifest> manifest = read_manifest(folder);
  const std::string name = file.filename().string();
  if (!manifest || std::ranges::find(manifest->files, name) != manifest->files.end()) return;
  manifest->files.push_back(name);
  write_manifest(folder, *manifest);
}

void remove_listed_files(const fs::path& folder, const FolderManifest& manifest) {
  std::vector<std::string> temporary;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    const auto is_of = [&](std::string_view file) { return is_temporary_name(name, file); };
    if (is_of(manifest_name) || std::ranges::any_of(manifest.files, is_of)) {
      temporary.push_back(name);
    }
  }
  for (const std::string& name : manifest.files) remove_file(folder / name);
  for (const std::string& name : temporary) remove_file(folder / name);
  remove_file(folder / manifest_name);
}

}  // namespace actscope
