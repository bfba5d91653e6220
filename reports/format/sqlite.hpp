// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::reports {

/// A database that is written to. Every failure is an EnvironmentError with SQLite's words.
class SqliteFile {
 public:
  /// Makes a new file.
  explicit SqliteFile(const std::filesystem::path& path);

  void execute(const std::string& sql);

 private:
  friend class SqliteInsert;
  friend class SqliteNumberRows;
  using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

  /// INSERT of `rows` rows at once.
  Statement prepare_insert(const std::string& table, int columns, int rows);
  static void bind(const Statement& statement, int column,
                   const std::optional<std::int64_t>& value);  ///< NULL where there is none
  void run(const Statement& statement);
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
    file_.run(statement_);
  }

 private:
  void bind(int column, std::int64_t value);
  void bind(int column, std::string_view value);
  void bind(int column, const std::optional<std::int64_t>& value);  ///< NULL where there is none

  SqliteFile& file_;
  SqliteFile::Statement statement_;
};

/// Rows of whole numbers and NULLs, many a statement, which takes half the time a row of one
/// statement each. `row(a, b, …)` adds a row; rows come into the table in that order, the last of
/// them at flush().
class SqliteNumberRows {
 public:
  SqliteNumberRows(SqliteFile& file, const std::string& table, int columns);

  template <class... Values>
  void row(const Values&... values) {
    (values_.emplace_back(values), ...);
    if (values_.size() == room_) flush();
  }
  void flush();
  void forget() noexcept { values_.clear(); }  ///< of a transaction that was rolled back

 private:
  void write(const SqliteFile::Statement& statement, std::size_t first, std::size_t count);

  SqliteFile& file_;
  std::size_t columns_, room_;
  SqliteFile::Statement many_, one_;
  std::vector<std::optional<std::int64_t>> values_;
};

}  // namespace actscope::reports
