// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "actscope/base/trace_events.hpp"
#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::bench {

/// A folder below the system's for temporary files, removed with all that lies in it.
class TemporaryFolder {
 public:
  /// Errors  EnvironmentError: it cannot be made
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes the trace files of a run into a folder, and counts the events that they hold.
class CountingSink : public TraceSink {
 public:
  explicit CountingSink(const std::filesystem::path& folder);

  void write(const TraceBatch& batch) override;
  void finish(const TraceRecord& losses) override;

  /// Scopes, allocations, kernels, counters, and what slots and autograd nodes keep.
  std::int64_t events() const noexcept { return events_; }

 private:
  std::unique_ptr<TraceSink> files_;
  std::atomic<std::int64_t> events_{0};
};

/// A row from a file that was written.
/// Errors  EnvironmentError: it is not there
TracerFileSize file_size_of(std::string name, TracerKind kind, const std::filesystem::path& file,
                            std::int64_t events);

}  // namespace actscope::bench
