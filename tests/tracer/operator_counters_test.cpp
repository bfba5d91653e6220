// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "actscope/reports/run/document.hpp"
#include "actscope/reports/trace/files.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "fake_counters.hpp"

namespace actscope::tracer {
namespace {

constexpr CounterReading thousands{{1000, 3000, 7}, 500, 500};

// Two calls of one operator and one of another, in a step.
void work() {
  const LayerScope layer(Name("blocks.0"), Phase::forward);
  for (int i = 0; i < 2; ++i) const OperatorScope scope(Name("gemm_tn"), Name("h"));
  const OperatorScope outer(Name("compress"));
  const OperatorScope inner(Name("gather"));  // part of the outer
}

TraceRecord traced(std::shared_ptr<CounterReader> counters, std::vector<OperatorTiming>& operators,
                   TraceSink* sink = nullptr) {
  RecorderOptions options;
  options.sink = sink;
  options.counters = std::move(counters);
  TraceRecorder recorder(options);
  recorder.begin_step(3);
  work();
  recorder.end_step();
  recorder.finish();
  operators = recorder.operators();
  return recorder.losses();
}

const OperatorTiming& row(const std::vector<OperatorTiming>& rows, const std::string& name) {
  for (const OperatorTiming& row : rows) {
    if (row.name == name) return row;
  }
  ADD_FAILURE() << name << " is missing";
  return rows.front();
}

TEST(OperatorCounters, AddUpByOperator) {
  std::vector<OperatorTiming> rows;
  const TraceRecord record = traced(std::make_shared<FakeCounters>(thousands, true), rows);
  ASSERT_EQ(rows.size(), 2U);
  const OperatorTiming& gemm = row(rows, "gemm_tn");
  ASSERT_TRUE(gemm.counts);
  EXPECT_EQ(gemm.counts->calls, 2);
  EXPECT_EQ(gemm.counts->of(HardwareCounter::cycles), 2000);
  EXPECT_EQ(gemm.counts->of(HardwareCounter::instructions), 6000);
  EXPECT_EQ(gemm.counts->of(HardwareCounter::llc_misses), 14);
  EXPECT_EQ(row(rows, "compress").counts->calls, 1);
  EXPECT_EQ(record.counters_source, "fake");
  EXPECT_EQ(record.counters_reason, "");
  EXPECT_EQ(record.scaled_operators, 0);
  EXPECT_EQ(record.uncounted_operators, 0);
}

TEST(OperatorCounters, ACounterThatIsMissingHasNoSum) {
  std::vector<OperatorTiming> rows;
  const TraceRecord record = traced(std::make_shared<FakeCounters>(thousands, false), rows);
  EXPECT_FALSE(row(rows, "gemm_tn").counts->of(HardwareCounter::llc_misses));
  EXPECT_EQ(record.counters_reason, "no llc_misses (fake)");
}

TEST(OperatorCounters, WhatTookTurnsIsScaledAndSaysSo) {
  std::vector<OperatorTiming> rows;
  const TraceRecord record =
      traced(std::make_shared<FakeCounters>(CounterReading{{1000, 3000, 7}, 500, 250}, true), rows);
  EXPECT_EQ(row(rows, "gemm_tn").counts->of(HardwareCounter::cycles), 4000);
  EXPECT_EQ(record.scaled_operators, 3);
}

TEST(OperatorCounters, WhatDidNotRunHasNoNumber) {
  std::vector<OperatorTiming> rows;
  const TraceRecord record =
      traced(std::make_shared<FakeCounters>(CounterReading{{0, 0, 0}, 500, 0}, true), rows);
  EXPECT_FALSE(row(rows, "gemm_tn").counts);
  EXPECT_EQ(row(rows, "gemm_tn").calls, 2);
  EXPECT_EQ(record.uncounted_operators, 3);
}

TEST(OperatorCounters, FailuresOfReadingChangeNothingButTheCounts) {
  for (const bool opens : {false, true}) {
    const auto counters = std::make_shared<FakeCounters>(thousands, true);
    counters->opens_nothing = !opens;
    counters->readable = false;
    std::vector<OperatorTiming> rows;
    const TraceRecord record = traced(counters, rows);
    EXPECT_EQ(row(rows, "gemm_tn").calls, 2);
    EXPECT_FALSE(row(rows, "gemm_tn").counts);
    EXPECT_EQ(record.uncounted_operators, 3);
    EXPECT_EQ(record.dropped_records, 0);
    EXPECT_EQ(counters->opened, 1) << "a thread tries once";
  }
}

TEST(OperatorCounters, EveryThreadHasItsOwnAndALaterRecorderOpensAnew) {
  const auto counters = std::make_shared<FakeCounters>(thousands, true);
  for (int round = 1; round <= 2; ++round) {
    RecorderOptions options;
    options.counters = counters;
    TraceRecorder recorder(options);
    recorder.begin_step(0);
    work();
    std::thread(work).join();
    recorder.end_step();
    recorder.finish();
    EXPECT_EQ(counters->opened, 2 * round);
    EXPECT_EQ(row(recorder.operators(), "gemm_tn").counts->calls, 4);
  }
  std::vector<OperatorTiming> rows;
  const TraceRecord without = traced(nullptr, rows);
  EXPECT_EQ(counters->opened, 4) << "nobody counts any more";
  EXPECT_FALSE(row(rows, "gemm_tn").counts);
  EXPECT_EQ(without.uncounted_operators, 0);
  EXPECT_EQ(without.counters_source, "");
}

std::vector<std::string> query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::vector<std::string> rows;
  const auto collect = [](void* out, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(values[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), collect, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  return rows;
}

// From the scope to the rows of the report and of trace.db.
TEST(OperatorCounters, ReachTheReportAndTheDatabase) {
  std::string folder = (std::filesystem::temp_directory_path() / "actscope-counts-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto files = reports::make_trace_files(folder, {});
  RunRecord run;
  run.trace = traced(std::make_shared<FakeCounters>(thousands, false), run.operators, files.get());
  const RunRecord read =
      reports::read_run_document(reports::write_run_document(run), "report.json");
  const OperatorTiming& gemm = row(read.operators, "gemm_tn");
  ASSERT_TRUE(gemm.counts);
  EXPECT_EQ(gemm.counts->of(HardwareCounter::instructions), 6000);
  EXPECT_FALSE(gemm.counts->of(HardwareCounter::llc_misses));
  EXPECT_EQ(read.trace->counters_reason, "no llc_misses (fake)");
  EXPECT_EQ(query(folder + "/trace.db",
                  "SELECT operator || ' ' || layer || ' ' || slot || ' ' || counter || ' ' || "
                  "calls || ' ' || value FROM operator_count WHERE operator = 'gemm_tn'"),
            (std::vector<std::string>{"gemm_tn blocks.0 h instructions 2 6000",
                                      "gemm_tn blocks.0 h cycles 2 2000"}));
  EXPECT_EQ(query(folder + "/trace.db", "SELECT value FROM meta WHERE key = 'counters_source'"),
            std::vector<std::string>{"fake"});
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace actscope::tracer
