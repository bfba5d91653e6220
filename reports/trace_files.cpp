// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace_files.hpp"

#include <fstream>
#include <optional>
#include <utility>

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
    open();
    db_->write(batch);
    perfetto_->write(batch);
  }

  void finish(const TraceRecord& losses) override {
    open();
    db_->finish(losses);
    perfetto_->finish(losses);
    stream_.close();
  }

 private:
  void open() {
    if (!db_) db_.emplace(folder_ / "trace.db", meta_);
    if (perfetto_) return;
    const std::filesystem::path file = folder_ / "trace.pftrace";
    stream_.open(file, std::ios::binary | std::ios::trunc);
    perfetto_.emplace(stream_, file);
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
