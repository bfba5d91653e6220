// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "format/database_copy.hpp"

namespace actscope::reports {

/// One row of a query. Columns count from 0; NULL reads as 0 or "".
class SqliteRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// A database that is only read; nothing beside it is changed. One that a killed run left with a
/// journal is read from a private copy where reading in place would write.
class SqliteReader {
 public:
  /// Errors  DataError: missing, a folder, not readable; no room for the copy that is needed
  explicit SqliteReader(const std::filesystem::path& path);

  /// Calls `take` with every row.
  /// Errors  ReportFormatError: no database, damaged, a table or column is not there
  void select(const std::string& sql, const std::function<void(const SqliteRow&)>& take) const;

  /// The only number of the first row.
  std::int64_t number(const std::string& sql) const;

  /// Has `goes_on` told now and then how many instructions SQLite has done; once it says false,
  /// `select` ends early.
  void watch(std::function<bool(double instructions)> goes_on);

  [[noreturn]] void refuse(const std::string& why) const;

 private:
  struct Watch {
    std::function<bool(double)> goes_on;
    double instructions = 0;
    bool is_stopped = false;
  };
  void open(const std::filesystem::path& file, int flags);
  bool needs_private_copy() const;
  [[noreturn]] void unreadable(const std::string& why) const;

  std::filesystem::path path_;
  std::unique_ptr<DatabaseCopy> copy_;  // null: the file itself is read
  std::unique_ptr<Watch> watch_;        // outlives the handle that calls it
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace actscope::reports
