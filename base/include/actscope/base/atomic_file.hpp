// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace actscope {

/// A file written piece by piece under a temporary name in the same folder; `commit` gives it its
/// own name. Without it nothing is left behind: readers see the old file or the whole new one.
class AtomicFile {
 public:
  /// Errors  EnvironmentError: the folder cannot be written to
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Errors  EnvironmentError: the disk is full
  void append(std::string_view bytes);
  /// Syncs and renames. Call it once, last.
  /// Errors  EnvironmentError: the disk is full, or the name is a folder's
  void commit();

 private:
  [[noreturn]] void fail(int code) const;

  std::filesystem::path path_;
  std::string name_;  ///< the temporary one; empty once it is gone
  int file_ = -1;
};

}  // namespace actscope
