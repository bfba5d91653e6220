// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/reports/trace/files.hpp"
#include "format/sqlite.hpp"
#include "trace/db_index.hpp"

namespace actscope::reports {

/// SQLite's application_id of a trace: "ActS".
inline constexpr std::int64_t trace_application_id = 0x41637453;
/// The version of the tables; in user_version.
inline constexpr std::int64_t trace_schema_version = 4;

/// trace.db, a transaction a portion.
class TraceDb : public TraceSink {
 public:
  TraceDb(const std::filesystem::path& file, const TraceMeta& meta);

  void write(const TraceBatch& batch) override;
  void finish(const TraceRecord& losses) override;
  /// Says in the file that nothing follows, and why.
  void note_failure(const std::string& why);

 private:
  void write_names(const TraceBatch& batch);
  void write_layer(NameNumber layer);
  void write_scopes(const TraceBatch& batch);
  void write_memory(const TraceBatch& batch);
  void write_kernels(const TraceBatch& batch);
  void write_graph(const LedgerRecord& ledger);
  std::array<SqliteNumberRows*, 4> number_rows() { return {&place_, &scope_, &block_, &memory_}; }
  std::int64_t number_of_name(const std::string& name) const;
  std::int64_t place_of(const TracePlace& at, std::uint16_t thread, PlaceKind kind,
                        std::int64_t time_ns, std::int64_t& begin_ns);

  SqliteFile file_;
  SqliteInsert meta_, name_, layer_, step_, memory_live_;
  SqliteNumberRows place_, scope_, block_, memory_;
  SqliteInsert kernel_, counter_, ledger_;
  SqliteInsert saved_storage_, saved_tensor_, loss_;
  std::vector<std::string> names_;
  std::map<std::string, std::int64_t> numbers_;  // of the names
  std::set<NameNumber> layers_;
  TracePlaces places_;
  MemoryBlocks blocks_;
  std::int64_t memory_rows_ = 0;
};

}  // namespace actscope::reports
