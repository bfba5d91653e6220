// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace actscope::reports {

/// A database that is written to. Every failure is an EnvironmentError with SQLite's words.
class SqliteFile {
 public:
  /// Makes a new file.
  explicit SqliteFile(const std::filesystem::path& path);

  void execute(const std::string& sql);

 private:
  friend class SqliteInsert;
  [[noreturn]] void refuse(const std::string& doing) const;

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

/// One INSERT, prepared once: `row(a, b, …)` adds a row.
class SqliteInsert {
 public:
  SqliteInsert(SqliteFile& file, const std::string& table, int columns);

  template <class... Values>
  void row(const Values&... values) {
    int column = 0;
    (bind(++column, values), ...);
    step();
  }

 private:
  void bind(int column, std::int64_t value);
  void bind(int column, std::string_view value);
  void bind(int column, const std::optional<std::int64_t>& value);  ///< NULL where there is none
  void step();

  SqliteFile& file_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

}  // namespace actscope::reports
