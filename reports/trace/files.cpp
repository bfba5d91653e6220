// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace/files.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "actscope/base/file.hpp"
#include "actscope/reports/trace/export.hpp"
#include "trace/db.hpp"
#include "trace/disk_reserve.hpp"

namespace actscope::reports {
namespace {

constexpr std::int64_t reserve_bytes = 512 << 10;  // for the report of a run on a full disk

// Made at the first portion: a run that is refused leaves no files.
class TraceFiles : public TraceSink {
 public:
  TraceFiles(std::filesystem::path folder, TraceMeta meta)
      : folder_(std::move(folder)), meta_(std::move(meta)) {}

  void write(const TraceBatch& batch) override {
    whole_or_none([&] {
      open_database();
      db_->write(batch);
    });
  }

  void finish(const TraceRecord& losses) override {
    whole_or_none([&] {
      open_database();
      db_->finish(losses);
      reserve_.reset();
      write_file_atomically(folder_ / file_name_of(TraceFormat::perfetto),
                            export_trace(folder_ / "trace.db", TraceFormat::perfetto));
    });
  }

 private:
  template <class Writing>
  void whole_or_none(const Writing& writing) {
    try {
      writing();
    } catch (const std::exception& error) {
      give_up(error.what());
      throw;
    }
  }

  void open_database() {
    if (db_) return;
    // Exports of an earlier trace would be taken for exports of this one.
    for (const TraceFormat format :
         {TraceFormat::perfetto, TraceFormat::chrome, TraceFormat::memory}) {
      remove(file_name_of(format));
    }
    db_.emplace(folder_ / "trace.db", meta_);
    reserve_.emplace(folder_, reserve_bytes);
  }

  // The database keeps the portions that it has. The report of the run is still to come, and the
  // disk may be full.
  void give_up(const std::string& why) noexcept {
    reserve_.reset();
    try {
      if (db_) return db_->note_failure(why);
      for (const char* part : {"trace.db", "trace.db-wal", "trace.db-shm"}) remove(part);
    } catch (const std::exception&) {  // the first error is the one to tell
    }
  }

  void remove(const char* name) {
    std::error_code code;
    std::filesystem::remove(folder_ / name, code);
  }

  std::filesystem::path folder_;
  TraceMeta meta_;
  std::optional<TraceDb> db_;
  std::optional<DiskReserve> reserve_;
};

}  // namespace

std::unique_ptr<TraceSink> make_trace_files(const std::filesystem::path& folder,
                                            const TraceMeta& meta) {
  return std::make_unique<TraceFiles>(folder, meta);
}

}  // namespace actscope::reports
