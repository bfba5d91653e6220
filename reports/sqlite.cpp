// SPDX-License-Identifier: Apache-2.0
#include "sqlite.hpp"

#include "actscope/base/error.hpp"

namespace actscope::reports {

SqliteFile::SqliteFile(const std::filesystem::path& path)
    : path_(path), handle_(nullptr, &sqlite3_close) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code code;
    std::filesystem::remove(path.string() + suffix, code);
  }
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
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

SqliteInsert::SqliteInsert(SqliteFile& file, const std::string& table, int columns)
    : file_(file), statement_(nullptr, &sqlite3_finalize) {
  std::string sql = "INSERT OR REPLACE INTO " + table + " VALUES (?";
  for (int i = 1; i < columns; ++i) sql += ",?";
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(file.handle_.get(), (sql + ")").c_str(), -1, &statement, nullptr) !=
      SQLITE_OK) {
    file.refuse("write");
  }
  statement_.reset(statement);
}

void SqliteInsert::bind(int column, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), column, value);
}

void SqliteInsert::bind(int column, std::string_view value) {
  sqlite3_bind_text(statement_.get(), column, value.data(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
}

void SqliteInsert::bind(int column, const std::optional<std::int64_t>& value) {
  if (value) return bind(column, *value);
  sqlite3_bind_null(statement_.get(), column);
}

void SqliteInsert::step() {
  const int code = sqlite3_step(statement_.get());
  sqlite3_reset(statement_.get());
  if (code != SQLITE_DONE) file_.refuse("write");
}

}  // namespace actscope::reports
