// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace/files.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/trace/export.hpp"
#include "perfetto_trace.pb.h"
#include "trace/db_reader.hpp"
#include "trace/inflated_packets.hpp"

namespace actscope::reports {
namespace fs = std::filesystem;
namespace {

// The first column of every row.
std::vector<std::string> query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::vector<std::string> rows;
  const auto collect = [](void* out, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(values[0] != nullptr ? values[0]
                                                                                   : "NULL");
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), collect, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  return rows;
}

// Names 1 blocks.0, 2 h, 3 gemm_tn, 4 saved_stored_bytes, 5 cycles, 6 instructions.
TraceBatch portion() {
  TraceBatch batch;
  batch.new_names = {"",       "blocks.0",    "h", "gemm_tn", "saved_stored_bytes",
                     "cycles", "instructions"};
  batch.scopes = {{100, 150, 7, 3, 1, 2, 0, ScopeKind::op, Phase::forward},
                  {90, 160, 7, 1, 1, 0, 0, ScopeKind::layer, Phase::forward},
                  {300, 340, 7, 1, 1, 0, 1, ScopeKind::layer, Phase::backward}};
  batch.memory = {{110, 0xabc, 64, 640, {7, 1, 2, Phase::forward}, 0},
                  {140, 0xabc, -64, 576, {7, 1, 2, Phase::forward}, 0}};
  KernelEvent kernel;
  kernel.name = "gemm kernel";
  kernel.begin_ns = 120;
  kernel.end_ns = 145;
  kernel.place = {7, 1, 2, Phase::forward};
  batch.kernels = {kernel};
  batch.counters = {{155, 4096, 4},
                    {100, 7000, 5, 0, CounterUnit::events},
                    {100, 14000, 6, 0, CounterUnit::events}};
  batch.ledger = {{7, 1, 2, 4096, 0}};
  LedgerStorage storage;
  storage.holders = {{"AddmmBackward0", "mat1", "blocks.0", "h", "float", {4, 16}, 256, {}},
                     {"MulBackward0", "self", "unnamed", "", "float", {}, 4, SavedState::modified}};
  storage.storage_bytes = 256;
  storage.unused_bytes = 12;
  batch.graphs.emplace_back();
  batch.graphs[0].step = 7;
  batch.graphs[0].storages = {storage};
  return batch;
}

TraceBatch step_end() {
  TraceBatch batch;
  batch.new_names = {"step"};
  batch.scopes = {{80, 400, 7, 7, 0, 0, 0, ScopeKind::step, Phase::other}};
  return batch;
}

class TraceFilesTest : public testing::Test {
 protected:
  TraceFilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "actscope-trace-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~TraceFilesTest() override { std::filesystem::remove_all(folder_); }

  void write_whole() {
    const auto files = make_trace_files(folder_, {{"scheme", "int4"}});
    files->write(portion());
    files->write(step_end());
    TraceRecord losses;
    losses.traced_steps = 1;
    losses.dropped_records = 3;
    losses.counters_reason = "not permitted";
    files->finish(losses);
  }
  std::filesystem::path database() const { return folder_ / "trace.db"; }

  std::filesystem::path folder_;
};

TEST_F(TraceFilesTest, TheDatabaseHoldsWhatWasWritten) {
  write_whole();
  using Rows = std::vector<std::string>;
  EXPECT_EQ(query(database(), "PRAGMA application_id"), Rows{"1097036883"});
  EXPECT_EQ(query(database(), "SELECT value FROM meta WHERE key = 'scheme'"), Rows{"int4"});
  EXPECT_EQ(query(database(), "SELECT name FROM layer WHERE layer = 1"), Rows{"blocks.0"});
  EXPECT_EQ(query(database(), "SELECT duration_ns FROM step WHERE step = 7"), Rows{"320"});
  EXPECT_EQ(query(database(),
                  "SELECT operator || layer || slot || phase || calls || total_ns "
                  "FROM operator_time"),
            Rows{"gemm_tnblocks.0hforward150"});
  EXPECT_EQ(query(database(), "SELECT sum(bytes) FROM memory_event"), Rows{"0"});
  EXPECT_EQ(query(database(), "SELECT live_bytes || layer_name FROM peak"), Rows{"640blocks.0"});
  EXPECT_EQ(query(database(), "SELECT name || duration_ns FROM kernel"), Rows{"gemm kernel25"});
  EXPECT_EQ(query(database(), "SELECT stored_bytes FROM ledger"), Rows{"4096"});
  EXPECT_EQ(
      query(database(),
            "SELECT step || layer || slot || node || member || sizes || storage_bytes || state "
            "FROM holder WHERE layer IS NOT NULL AND slot != ''"),
      Rows{"7blocks.0hAddmmBackward0mat14x16256held"});
  EXPECT_EQ(query(database(), "SELECT sizes || state FROM saved_tensor WHERE layer = 0"),
            Rows{"scalarmodified"});
  EXPECT_EQ(query(database(), "SELECT sum(unused_bytes) FROM saved_storage"), Rows{"12"});
  EXPECT_EQ(query(database(),
                  "SELECT value FROM counter JOIN name USING (name) "
                  "WHERE text = 'saved_stored_bytes'"),
            Rows{"4096"});
  EXPECT_EQ(
      query(database(),
            "SELECT operator || layer || slot || phase || counter || calls || value "
            "FROM operator_count"),
      (Rows{"gemm_tnblocks.0hforwardinstructions114000", "gemm_tnblocks.0hforwardcycles17000"}));
  EXPECT_EQ(query(database(),
                  "SELECT begin_ns || ' ' || duration_ns || ' ' || thread FROM scope_event "
                  "ORDER BY begin_ns"),
            (Rows{"80 320 0", "90 70 0", "100 50 0", "300 40 1"}));
  EXPECT_EQ(query(database(), "SELECT value FROM meta WHERE key = 'counters_reason'"),
            Rows{"not permitted"});
  EXPECT_EQ(query(database(), "SELECT count FROM loss WHERE name = 'dropped_records'"), Rows{"3"});
  EXPECT_FALSE(std::filesystem::exists(database().string() + "-wal")) << "one file at the end";
}

// Live bytes are stored only where a reader could not derive them from other rows.
TEST_F(TraceFilesTest, TheViewOfMemoryTellsLiveBytesOfEveryRow) {
  TraceBatch batch;
  const TracePlace here{7, 0, 0, Phase::forward}, there{7, 0, 0, Phase::backward};
  batch.memory = {{10, 0xa, 100, 1100, here, 0},
                  {20, 0xb, 50, 1150, here, 0},
                  {15, 0xc, 8, 500, there, 1, 0},
                  {30, 0xb, -50, 1100, there, 1},
                  {31, 0xc, -8, 492, there, 1, 0, MemoryLife::logical},
                  {32, 0xc, -8, 492, there, 1, 0, MemoryLife::physical},
                  {33, 0xd, 16, 508, there, 1, 0},
                  {40, 0xa, -100, 900, there, 0},
                  {50, 0xa, 100, 1000, here, 0}};
  const auto files = make_trace_files(folder_, {});
  files->write(batch);
  files->finish({});
  std::vector<std::string> expected;
  for (const MemoryEvent& m : batch.memory) {
    expected.push_back(std::to_string(m.time_ns) + " " + std::to_string(m.address) + " " +
                       std::to_string(m.bytes) + " " + std::to_string(m.live_bytes) + " " +
                       std::to_string(m.device) + " " + std::to_string(static_cast<int>(m.life)) +
                       " " + std::to_string(static_cast<int>(m.place.phase)) + " " +
                       std::to_string(m.thread));
  }
  std::vector<std::string> told =
      query(database(),
            "SELECT time_ns || ' ' || address || ' ' || bytes || ' ' || live_bytes || ' ' || "
            "device || ' ' || life || ' ' || phase || ' ' || thread FROM memory_event");
  std::ranges::sort(told);
  std::ranges::sort(expected);
  EXPECT_EQ(told, expected);
  EXPECT_EQ(query(database(), "SELECT count(*) FROM memory_live"), std::vector<std::string>{"3"})
      << "the first of each device, and one that does not add up";
}

TEST_F(TraceFilesTest, WhatIsWrittenIsThereBeforeTheEnd) {
  const auto files = make_trace_files(folder_, {});
  files->write(portion());
  EXPECT_EQ(query(database(), "SELECT count(*) FROM memory"), std::vector<std::string>{"2"});
}

TEST_F(TraceFilesTest, NothingIsMadeBeforeTheFirstPortion) {
  const auto files = make_trace_files(folder_ / "none", {});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
  EXPECT_THROW(files->write(portion()), EnvironmentError);
}

TEST_F(TraceFilesTest, EveryDeviceHasAPeakOfItsOwn) {
  TraceBatch devices;
  devices.memory = {{111, 0x7f00, 900, 900, {7, 1, 2, Phase::forward}, 0, 0},
                    {112, 0x7f00, 100, 100, {7, 1, 2, Phase::forward}, 0, 1},
                    {113, 0x7f00, -900, 0, {7, 1, 2, Phase::backward}, 0, 0, MemoryLife::logical},
                    {114, 0x8f00, 300, 400, {7, 0, 0, Phase::backward}, 0, 1}};
  const auto files = make_trace_files(folder_, {});
  files->write(portion());
  files->write(devices);
  files->finish({});
  using Rows = std::vector<std::string>;
  EXPECT_EQ(query(database(), "SELECT device || ' ' || live_bytes || phase_name FROM peak"),
            (Rows{"-1 640forward", "0 900forward", "1 400backward"}));
  EXPECT_EQ(query(database(),
                  "SELECT text FROM memory_event JOIN memory_life USING (life) "
                  "WHERE device = 0"),
            (Rows{"whole", "logical"}));
}

// The database fits, what is made from it no longer does.
TEST_F(TraceFilesTest, WhatCannotBeMadeFromTheDatabaseLeavesItWhole) {
  std::filesystem::create_directory(folder_ / "trace.pftrace");  // nothing can take its place
  std::filesystem::create_directory(folder_ / "trace.pftrace" / "kept");
  const auto files = make_trace_files(folder_, {});
  files->write(portion());
  try {
    files->finish({});
    FAIL() << "wrote over a folder";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("it is a folder"), std::string::npos) << error.what();
  }
  using Rows = std::vector<std::string>;
  EXPECT_EQ(
      query(database(), "SELECT instr(value, 'trace.pftrace') > 0 FROM meta WHERE key = 'failure'"),
      Rows{"1"});
  EXPECT_EQ(query(database(), "SELECT count(*) FROM memory"), Rows{"2"})
      << "the portion had reached the database";
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_TRUE(entry.path().filename().string().starts_with("trace.db") ||
                entry.path().filename() == "trace.pftrace")
        << entry.path() << " is left behind";
  }
}

// Files of at most so many bytes, as on a disk that is full after them.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(TraceFilesTest, WhatWasWrittenBeforeAFailureIsReadable) {
  const auto files = make_trace_files(folder_, {});
  files->write(portion());
  TraceBatch large;
  large.memory.assign(100'000, portion().memory[0]);
  {
    const FileSizeLimit limit(512 << 10);
    EXPECT_THROW(files->write(large), EnvironmentError);
  }
  EXPECT_EQ(query(database(), "SELECT count(*) FROM memory"), std::vector<std::string>{"2"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "trace.pftrace"));
  EXPECT_NE(export_trace(database(), TraceFormat::perfetto), "");
}

TEST_F(TraceFilesTest, ADatabaseThatCannotBeMadeLeavesNothing) {
  {
    const FileSizeLimit limit(1 << 10);
    const auto files = make_trace_files(folder_, {});
    EXPECT_THROW(files->write(portion()), EnvironmentError);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(TraceFilesTest, WhatWasExportedFromAnEarlierTraceGoes) {
  write_whole();
  for (const char* name : {"trace.json.gz", "memory.pickle", "mine.txt"}) {
    write_file_atomically(folder_ / name, "old");
  }
  write_whole();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "trace.json.gz"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "memory.pickle"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "mine.txt"));
}

TEST_F(TraceFilesTest, AnEarlierTraceIsReplaced) {
  write_whole();
  write_whole();
  EXPECT_EQ(query(database(), "SELECT count(*) FROM scope"), std::vector<std::string>{"4"});
}

TEST_F(TraceFilesTest, PerfettoSlicesBeginAndEndOnDeclaredTracks) {
  write_whole();
  perfetto::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(inflated_packets(read_file(folder_ / "trace.pftrace"))));
  std::set<std::uint64_t> tracks;
  std::map<std::uint64_t, int> open;
  int counters = 0;
  for (const perfetto::TracePacket& packet : trace.packet()) {
    if (packet.has_track_descriptor()) tracks.insert(packet.track_descriptor().uuid());
    if (!packet.has_track_event()) continue;
    const perfetto::TrackEvent& event = packet.track_event();
    EXPECT_TRUE(tracks.contains(event.track_uuid()));
    if (event.type() == perfetto::TrackEvent::TYPE_SLICE_BEGIN) ++open[event.track_uuid()];
    if (event.type() == perfetto::TrackEvent::TYPE_SLICE_END) --open[event.track_uuid()];
    if (event.type() == perfetto::TrackEvent::TYPE_COUNTER) ++counters;
  }
  EXPECT_EQ(counters, 5) << "two of live bytes, one of saved bytes, two of the processor";
  EXPECT_EQ(open.size(), 5U) << "operators, layers of two threads, steps, one stream";
  for (const auto& [track, depth] : open) EXPECT_EQ(depth, 0) << track;
}

// The trace of a run that SIGKILL ended between two portions.
class KilledTrace : public testing::Test {
 protected:
  KilledTrace() {
    std::string name = (fs::temp_directory_path() / "actscope-killed-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const pid_t child = ::fork();
    if (child == 0) {
      const auto files = make_trace_files(folder_, {{"model", "resmlp"}});
      files->write(portion());
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
  }
  ~KilledTrace() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename());
    return found;
  }
  // Exports as somebody who may only read the folder; the superuser may do everything.
  std::string exported_by_a_reader() const {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      fs::permissions(entry.path(), fs::perms{0444});
    }
    fs::permissions(folder_, fs::perms{0555});
    const bool is_root = ::geteuid() == 0;
    EXPECT_TRUE(!is_root || ::seteuid(65534) == 0);
    std::string bytes;
    try {
      bytes = export_trace(folder_ / "trace.db", TraceFormat::perfetto);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    EXPECT_TRUE(!is_root || ::seteuid(0) == 0);
    fs::permissions(folder_, fs::perms::owner_all);
    return bytes;
  }

  fs::path folder_;
};

TEST_F(KilledTrace, IsReadWithAndWithoutIndexAndLeftAsItIs) {
  ASSERT_TRUE(fs::file_size(folder_ / "trace.db-wal") > 0);
  const std::string with_index = export_trace(folder_ / "trace.db", TraceFormat::perfetto);
  fs::remove(folder_ / "trace.db-shm");
  const std::set<std::string> before = names();
  EXPECT_EQ(export_trace(folder_ / "trace.db", TraceFormat::perfetto), with_index);
  EXPECT_EQ(names(), before);
  EXPECT_EQ(read_trace_db(folder_ / "trace.db").events.scopes.size(), portion().scopes.size());
}

TEST_F(KilledTrace, IsReadFromAFolderThatCannotBeWrittenTo) {
  const std::string whole = export_trace(folder_ / "trace.db", TraceFormat::perfetto);
  EXPECT_EQ(exported_by_a_reader(), whole);
  fs::remove(folder_ / "trace.db-shm");
  EXPECT_EQ(exported_by_a_reader(), whole);
}

TEST_F(KilledTrace, WithALogCutAnywhereIsReadAsFarAsItGoesOrRefused) {
  const std::string log = read_file(folder_ / "trace.db-wal");
  fs::remove(folder_ / "trace.db-shm");
  for (std::size_t cut = 0; cut < log.size(); cut += 1 + log.size() / 50) {
    write_file_atomically(folder_ / "trace.db-wal", log.substr(0, cut));
    try {
      (void)export_trace(folder_ / "trace.db", TraceFormat::perfetto);
    } catch (const ReportFormatError&) {  // so early that no table was there
    }
  }
}

}  // namespace
}  // namespace actscope::reports
