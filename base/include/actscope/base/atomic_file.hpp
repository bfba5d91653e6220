// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "actscope/base/output_target.hpp"

namespace actscope {

/// A file written piece by piece under a temporary name in the same folder; `commit` gives it its
/// own name. Without it nothing is left behind: readers see the old file or the whole new one.
///
/// A symbolic link stays, and what it leads to is replaced; the new file has the permissions and,
/// where that is allowed, the owner of the old one, else those that the umask leaves. A pipe, a
/// device or an open file (/dev/stdout) is written through as the bytes come.
class AtomicFile {
 public:
  /// Waits for a reader where the name is a named pipe's.
  /// Errors  EnvironmentError: the folder or the file cannot be written to, the name is a folder's
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Errors  EnvironmentError: the disk is full, a pipe's reader is gone
  void append(std::string_view bytes);
  /// Syncs and renames, and syncs the folder. Call it once, last.
  /// Errors  EnvironmentError: the disk is full
  void commit();

 private:
  void make();
  void open_through();
  void copy_permissions() const;
  [[noreturn]] void fail(int code) const;

  std::filesystem::path path_;
  OutputTarget target_;
  std::string name_;  ///< the temporary one; empty once it is gone
  int file_ = -1;
};

/// Whether `name` is the temporary one of a file `of`, as a killed program leaves it.
bool is_temporary_name(std::string_view name, std::string_view of);

/// Returns when the names in a folder are on the disk, as far as the file system does that.
void sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace actscope
