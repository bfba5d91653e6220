// SPDX-License-Identifier: Apache-2.0
#include "trace_size.hpp"

#include <unistd.h>

#include <system_error>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/reports/trace/files.hpp"

namespace actscope::bench {
namespace {

constexpr double goal_bytes = 24;

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code code;
  std::string form = (std::filesystem::temp_directory_path(code) / "actscope-XXXXXX").string();
  if (code || ::mkdtemp(form.data()) == nullptr) {
    throw EnvironmentError(error_text("no folder for temporary files",
                                      code ? code.message() : "cannot make " + form,
                                      "set TMPDIR to a folder that can be written"));
  }
  path_ = form;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

CountingSink::CountingSink(const std::filesystem::path& folder)
    : files_(reports::make_trace_files(folder, {})) {}

void CountingSink::write(const TraceBatch& batch) {
  files_->write(batch);
  std::size_t events = batch.scopes.size() + batch.memory.size() + batch.kernels.size() +
                       batch.counters.size() + batch.ledger.size();
  for (const LedgerRecord& graph : batch.graphs) {
    for (const LedgerStorage& storage : graph.storages) events += 1 + storage.holders.size();
  }
  events_ += static_cast<std::int64_t>(events);
}

void CountingSink::finish(const TraceRecord& losses) {
  files_->finish(losses);
}

TracerFileSize file_size_of(std::string name, TracerKind kind, const std::filesystem::path& file,
                            std::int64_t events) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(file, code);
  if (code) {
    throw EnvironmentError(
        error_text("cannot read " + file.string(), code.message(), "see that the disk has room"));
  }
  TracerFileSize row;
  row.name = std::move(name);
  row.kind = kind;
  row.bytes = static_cast<std::int64_t>(bytes);
  row.events = events;
  if (events > 0) row.bytes_per_event = static_cast<double>(bytes) / static_cast<double>(events);
  row.goal_bytes = kind == TracerKind::level ? Measured<double>::of(goal_bytes)
                                             : Measured<double>::missing("no goal is set");
  const auto none = Measured<double>::missing("counted");
  row.verdict = judged({Measured<double>::of(row.bytes_per_event), none, none}, row.goal_bytes);
  return row;
}

}  // namespace actscope::bench
