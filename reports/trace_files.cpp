// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace_files.hpp"

#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "actscope/reports/trace_export.hpp"
#include "perfetto_trace.hpp"
#include "trace_db.hpp"

namespace actscope::reports {
namespace {

// Made at the first portion: a run that is refused leaves no files.
class TraceFiles : public TraceSink {
 public:
  TraceFiles(std::filesystem::path folder, TraceMeta meta)
      : folder_(std::move(folder)), meta_(std::move(meta)) {}

  void write(const TraceBatch& batch) override {
    whole_or_none([&] {
      open_database();
      db_->write(batch);
      open_perfetto();
      perfetto_->write(batch);
    });
  }

  void finish(const TraceRecord& losses) override {
    whole_or_none([&] {
      open_database();
      open_perfetto();
      perfetto_->finish(losses);
      db_->finish(losses);
    });
    stream_.close();
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
    // What was exported from an earlier trace would be taken for this one's.
    for (const TraceFormat format : {TraceFormat::chrome, TraceFormat::memory}) {
      remove(file_name_of(format));
    }
    db_.emplace(folder_ / "trace.db", meta_);
  }

  void open_perfetto() {
    if (perfetto_) return;
    const std::filesystem::path file = folder_ / "trace.pftrace";
    stream_.open(file, std::ios::binary | std::ios::trunc);
    perfetto_.emplace(stream_, file);
  }

  // The database keeps the portions that it has. What it gives again, by trace export, makes room:
  // the report of the run is still to come, and the disk may be full.
  void give_up(const std::string& why) noexcept {
    try {
      perfetto_.reset();
      stream_.close();
      remove("trace.pftrace");
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
  std::ofstream stream_;
  std::optional<PerfettoTrace> perfetto_;
};

}  // namespace

std::unique_ptr<TraceSink> make_trace_files(const std::filesystem::path& folder,
                                            const TraceMeta& meta) {
  return std::make_unique<TraceFiles>(folder, meta);
}

}  // namespace actscope::reports
