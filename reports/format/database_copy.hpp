// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace actscope::reports {

/// A database and the journals beside it, copied into a folder of their own that goes with this
/// object.
class DatabaseCopy {
 public:
  /// Errors  DataError: not readable, changed while it was copied, no room for the copy
  explicit DatabaseCopy(const std::filesystem::path& database);
  ~DatabaseCopy();
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;

  std::filesystem::path path() const { return folder_ / "trace.db"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace actscope::reports
