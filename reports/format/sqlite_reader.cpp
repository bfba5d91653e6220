// SPDX-License-Identifier: Apache-2.0
#include "format/sqlite_reader.hpp"

#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::reports {

std::string SqliteRow::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

SqliteReader::SqliteReader(const std::filesystem::path& path)
    : path_(path), handle_(nullptr, &sqlite3_close) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) unreadable("there is no such file");
  if (!std::filesystem::is_regular_file(path, code)) unreadable("not a regular file");
  // Whether a log lies without its index: nobody writes then, and reading would make a new index.
  bool is_copied = std::filesystem::exists(path.string() + "-wal", code) &&
                   !std::filesystem::exists(path.string() + "-shm", code);
  if (!is_copied) {
    open(path, SQLITE_OPEN_READONLY);
    is_copied = needs_private_copy();
  }
  if (!is_copied) return;
  handle_.reset();
  copy_ = std::make_unique<DatabaseCopy>(path);
  open(copy_->path(), SQLITE_OPEN_READWRITE);
}

void SqliteReader::unreadable(const std::string& why) const {
  throw DataError(error_text("cannot read " + path_.string(), why,
                             "name a trace.db, or the folder of a run with --trace timeline"));
}

void SqliteReader::open(const std::filesystem::path& file, int flags) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (opened != SQLITE_OK) unreadable(handle ? sqlite3_errmsg(handle) : "out of memory");
}

// To read the journal that a killed run left, SQLite writes its index or plays it back. Where the
// folder cannot be written to, SQLite refuses that.
bool SqliteReader::needs_private_copy() const {
  const int code =
      sqlite3_exec(handle_.get(), "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr);
  return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
}

void SqliteReader::refuse(const std::string& why) const {
  throw ReportFormatError(error_text(path_.string() + " is not a whole trace of Actscope", why,
                                     "run again with --trace timeline"));
}

void SqliteReader::select(const std::string& sql,
                          const std::function<void(const SqliteRow&)>& take) const {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    refuse(sqlite3_errmsg(handle_.get()));
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, &sqlite3_finalize);
  int code = SQLITE_OK;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) take(SqliteRow(raw));
  if (code == SQLITE_INTERRUPT && watch_ && watch_->is_stopped) return;
  if (code != SQLITE_DONE) refuse(sqlite3_errmsg(handle_.get()));
}

void SqliteReader::watch(std::function<bool(double instructions)> goes_on) {
  constexpr int between = 100'000;  // instructions, a few milliseconds
  watch_ = std::make_unique<Watch>(Watch{std::move(goes_on)});
  sqlite3_progress_handler(
      handle_.get(), between,
      [](void* raw) {
        auto& watch = *static_cast<Watch*>(raw);
        watch.instructions += between;
        watch.is_stopped = watch.is_stopped || !watch.goes_on(watch.instructions);
        return watch.is_stopped ? 1 : 0;
      },
      watch_.get());
}

std::int64_t SqliteReader::number(const std::string& sql) const {
  std::int64_t value = 0;
  select(sql, [&](const SqliteRow& row) { value = row.number(0); });
  return value;
}

}  // namespace actscope::reports
