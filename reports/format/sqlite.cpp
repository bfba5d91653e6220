// SPDX-License-Identifier: Apache-2.0
#include "format/sqlite.hpp"

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr int rows_at_once = 32;

}  // namespace

SqliteFile::SqliteFile(const std::filesystem::path& path)
    : path_(path), handle_(nullptr, &sqlite3_close) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code code;
    std::filesystem::remove(path.string() + suffix, code);
  }
  sqlite3* handle = nullptr;
  // One thread writes at a time: no lock at every call.
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) refuse("open");
}

void SqliteFile::refuse(const std::string& doing) const {
  throw EnvironmentError(error_text("cannot " + doing + " " + path_.string(),
                                    handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory",
                                    "check the folder, its permissions and the space left"));
}

void SqliteFile::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    refuse("write");
  }
}

SqliteFile::Statement SqliteFile::prepare_insert(const std::string& table, int columns, int rows) {
  std::string row = "(?";
  for (int i = 1; i < columns; ++i) row += ",?";
  row += ')';
  std::string sql = "INSERT OR REPLACE INTO " + table + " VALUES " + row;
  for (int i = 1; i < rows; ++i) sql += ',' + row;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    refuse("write");
  }
  return {statement, &sqlite3_finalize};
}

void SqliteFile::bind(const Statement& statement, int column,
                      const std::optional<std::int64_t>& value) {
  if (value) {
    sqlite3_bind_int64(statement.get(), column, *value);
  } else {
    sqlite3_bind_null(statement.get(), column);
  }
}

void SqliteFile::run(const Statement& statement) {
  const int code = sqlite3_step(statement.get());
  sqlite3_reset(statement.get());
  if (code != SQLITE_DONE) refuse("write");
}

SqliteInsert::SqliteInsert(SqliteFile& file, const std::string& table, int columns)
    : file_(file), statement_(file.prepare_insert(table, columns, 1)) {}

void SqliteInsert::bind(int column, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), column, value);
}

void SqliteInsert::bind(int column, std::string_view value) {
  sqlite3_bind_text(statement_.get(), column, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
}

void SqliteInsert::bind(int column, const std::optional<std::int64_t>& value) {
  file_.bind(statement_, column, value);
}

SqliteNumberRows::SqliteNumberRows(SqliteFile& file, const std::string& table, int columns)
    : file_(file),
      columns_(static_cast<std::size_t>(columns)),
      room_(rows_at_once * columns_),
      many_(file.prepare_insert(table, columns, rows_at_once)),
      one_(file.prepare_insert(table, columns, 1)) {
  values_.reserve(room_);
}

void SqliteNumberRows::write(const SqliteFile::Statement& statement, std::size_t first,
                             std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    file_.bind(statement, static_cast<int>(i) + 1, values_[first + i]);
  }
  file_.run(statement);
}

void SqliteNumberRows::flush() {
  std::size_t first = 0;
  for (; first + room_ <= values_.size(); first += room_) write(many_, first, room_);
  for (; first < values_.size(); first += columns_) write(one_, first, columns_);
  values_.clear();
}

}  // namespace actscope::reports
