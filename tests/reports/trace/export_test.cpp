// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace/export.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/trace/files.hpp"
#include "perfetto_trace.pb.h"
#include "trace/inflated_packets.hpp"
#include "trace/perfetto_trace.hpp"

namespace actscope::reports {
namespace {

KernelEvent kernel(const std::string& name, std::int64_t begin_ns, std::int64_t end_ns) {
  KernelEvent event;
  event.name = name;
  event.begin_ns = begin_ns;
  event.end_ns = end_ns;
  event.stream = 7;
  event.place = {7, 1, 2, Phase::forward};
  return event;
}

// Names 1 blocks.0, 2 h, 3 gemm_tn, 4 saved_stored_bytes, 5 cycles; scopes end before those around
// them, and two kernels of one stream overlap.
TraceBatch portion() {
  TraceBatch batch;
  batch.new_names = {"", "blocks.0", "h", "gemm_tn", "saved_stored_bytes", "cycles"};
  batch.scopes = {{100, 150, 7, 3, 1, 2, 0, ScopeKind::op, Phase::forward},
                  {95, 155, 7, 1, 1, 0, 0, ScopeKind::layer, Phase::forward},
                  {90, 160, 7, 1, 1, 0, 0, ScopeKind::layer, Phase::forward},
                  {300, 340, 7, 1, 1, 0, 1, ScopeKind::layer, Phase::backward}};
  batch.memory = {{110, 0xabc, 64, 640, {7, 1, 2, Phase::forward}, 0},
                  {140, 0xabc, -64, 576, {7, 1, 2, Phase::forward}, 0}};
  batch.kernels = {kernel("first", 120, 145), kernel("second", 140, 150), kernel("none", 0, 0)};
  batch.counters = {{155, 4096, 4}, {100, 7000, 5, 0, CounterUnit::events}};
  return batch;
}

TraceBatch later_portion() {
  TraceBatch batch;
  batch.new_names = {"step \"1\"\n"};
  batch.scopes = {{80, 400, 7, 6, 0, 0, 0, ScopeKind::step, Phase::other}};
  batch.memory = {{310, 0xdef, 32, 608, {7, 1, 0, Phase::backward}, 1}};
  return batch;
}

TraceBatch device_portion() {
  TraceBatch batch;
  batch.memory = {{115, 0x7f0000000000, 4096, 4096, {7, 1, 2, Phase::forward}, 0, 0},
                  {116, 0x7f0000010000, 512, 4608, {7, 1, 0, Phase::forward}, 0, 0},
                  {330, 0x7f0000000000, -4096, 512, {7, 1, 0, Phase::backward}, 1, 0}};
  return batch;
}

class TraceExportTest : public testing::Test {
 protected:
  TraceExportTest() {
    std::string name = (std::filesystem::temp_directory_path() / "actscope-export-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~TraceExportTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::vector<TraceBatch>& batches) const {
    const auto files = make_trace_files(folder_, {{"scheme", "int4"}});
    for (const TraceBatch& batch : batches) files->write(batch);
    files->finish({});
  }
  std::filesystem::path database() const { return folder_ / "trace.db"; }
  void execute(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(handle);
  }

  std::filesystem::path folder_;
};

// What each track shows, in order, with names in place of numbers.
std::map<std::string, std::vector<std::string>> shown(const std::string& bytes) {
  perfetto::Trace trace;
  EXPECT_TRUE(trace.ParseFromString(inflated_packets(bytes)));
  std::map<std::uint64_t, std::string> tracks, names;
  std::map<std::string, std::vector<std::string>> events;
  for (const perfetto::TracePacket& packet : trace.packet()) {
    if (packet.has_track_descriptor()) {
      tracks[packet.track_descriptor().uuid()] = packet.track_descriptor().SerializeAsString();
    }
    for (const perfetto::EventName& name : packet.interned_data().event_names()) {
      names[name.iid()] = name.name();
    }
    if (!packet.has_track_event()) continue;
    perfetto::TrackEvent event = packet.track_event();
    if (event.has_name_iid()) event.set_name(names.at(event.name_iid()));
    event.clear_name_iid();
    events[tracks.at(event.track_uuid())].push_back(std::to_string(packet.timestamp()) +
                                                    event.SerializeAsString());
  }
  return events;
}

std::string unpacked(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(1U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(text.size() - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

// What the batches show without a database between.
std::map<std::string, std::vector<std::string>> shown_directly(
    const std::vector<TraceBatch>& batches) {
  std::ostringstream bytes;
  PerfettoTrace writer(bytes, "memory");
  for (const TraceBatch& batch : batches) writer.write(batch);
  return shown(bytes.str());
}

TEST_F(TraceExportTest, PerfettoShowsWhatTheRunWrote) {
  const std::vector<TraceBatch> batches = {portion(), later_portion(), device_portion()};
  write(batches);
  const auto written = shown(read_file(folder_ / "trace.pftrace"));
  EXPECT_EQ(written.size(), 9U) << "operators, layers of two threads, steps, stream, 4 counters";
  EXPECT_EQ(written, shown_directly(batches));
  EXPECT_EQ(shown(export_trace(database(), TraceFormat::perfetto)), written);
}

TEST_F(TraceExportTest, ChromeEventsBeginAndEndInOrderOnEveryTrack) {
  write({portion(), later_portion(), device_portion()});
  const std::string bytes = export_trace(database(), TraceFormat::chrome);
  EXPECT_EQ(export_trace(database(), TraceFormat::chrome), bytes) << "the same bytes again";
  const nlohmann::json document = nlohmann::json::parse(unpacked(bytes));
  EXPECT_EQ(document["otherData"]["scheme"], "int4");
  std::map<int, std::vector<std::string>> open;
  std::map<int, double> last;
  std::map<int, std::string> tracks;
  std::map<std::string, std::vector<std::int64_t>> counters;
  std::vector<std::string> slices, arrows;
  for (const nlohmann::json& event : document["traceEvents"]) {
    const std::string type = event["ph"];
    if (type == "M" && event["name"] == "thread_name") tracks[event["tid"]] = event["args"]["name"];
    if (type == "C") counters[event["name"]].push_back(event["args"].front());
    if (type == "s" || type == "f") arrows.push_back(type + event["id"].get<std::string>());
    if (type != "B" && type != "E") continue;
    const int track = event["tid"];
    EXPECT_GE(event["ts"].get<double>(), last[track]);
    last[track] = event["ts"];
    if (type == "B") {
      slices.push_back(event["name"]);
      open[track].push_back(event["name"]);
    } else {
      ASSERT_FALSE(open[track].empty());
      open[track].pop_back();
    }
  }
  EXPECT_EQ(open.size(), 6U) << "operators, layers of two threads, steps, a stream twice";
  for (const auto& [track, names] : open) {
    EXPECT_TRUE(names.empty()) << track;
    EXPECT_TRUE(tracks.contains(track));
  }
  EXPECT_EQ(tracks.size(), 6U);
  std::ranges::sort(slices);
  EXPECT_EQ(slices, (std::vector<std::string>{"blocks.0", "blocks.0", "blocks.0", "first",
                                              "gemm_tn", "second", "step \"1\"\n"}));
  EXPECT_EQ(arrows, (std::vector<std::string>{"s7.1", "f7.1"}));
  EXPECT_EQ(counters["live_bytes"], (std::vector<std::int64_t>{640, 576, 608}));
  EXPECT_EQ(counters["live_bytes, device 0"], (std::vector<std::int64_t>{4096, 4608, 512}));
  EXPECT_EQ(counters["saved_stored_bytes"], std::vector<std::int64_t>{4096});
  EXPECT_EQ(counters["cycles, thread 0"], std::vector<std::int64_t>{7000});
  EXPECT_NE(unpacked(bytes).find(R"("args":{"events":7000})"), std::string::npos);
  EXPECT_NE(unpacked(bytes).find("\"ts\":0.120"), std::string::npos) << "nanoseconds are kept";
}

TEST_F(TraceExportTest, APickleNeedsAllocationsOnADevice) {
  write({portion()});
  try {
    export_trace(database(), TraceFormat::memory);
    FAIL() << "made a snapshot of nothing";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("no allocation on a CUDA device"), std::string::npos);
  }
  write({portion(), device_portion()});
  const std::string bytes = export_trace(database(), TraceFormat::memory);
  EXPECT_EQ(bytes.substr(0, 2), "\x80\x02");
  EXPECT_EQ(bytes.back(), '.');
}

TEST_F(TraceExportTest, FormatsHaveNamesAndFiles) {
  EXPECT_STREQ(file_name_of(parse_trace_format("perfetto")), "trace.pftrace");
  EXPECT_STREQ(file_name_of(parse_trace_format("chrome")), "trace.json.gz");
  EXPECT_STREQ(file_name_of(parse_trace_format("memory")), "memory.pickle");
  EXPECT_THROW(parse_trace_format("Chrome"), ConfigError);
}

// What version 3 had in place of the shared rows of version 4.
const char* const version_three =
    "CREATE TABLE whole_memory AS SELECT * FROM memory_event ORDER BY time_ns;"
    "CREATE TABLE whole_scope AS SELECT * FROM scope_event;"
    "DROP VIEW operator_count; DROP VIEW operator_time; DROP VIEW peak; DROP VIEW memory_event;"
    "DROP VIEW scope_event; DROP TABLE memory; DROP TABLE scope; DROP TABLE place;"
    "DROP TABLE block; DROP TABLE memory_live; DROP TABLE counter_unit;"
    "DELETE FROM counter WHERE unit = 1; ALTER TABLE counter DROP COLUMN unit;"
    "ALTER TABLE counter DROP COLUMN thread; ALTER TABLE whole_memory RENAME TO memory;"
    "ALTER TABLE whole_scope RENAME TO scope; PRAGMA user_version = 3";

TraceBatch without_hardware_counters(TraceBatch batch) {
  std::erase_if(batch.counters, [](const CounterEvent& c) { return c.unit != CounterUnit::bytes; });
  return batch;
}

TEST_F(TraceExportTest, ATraceOfVersionOneIsRead) {
  write({portion()});
  execute(version_three);
  execute("DROP TABLE memory_life; ALTER TABLE memory DROP COLUMN life");
  execute("ALTER TABLE memory DROP COLUMN device; PRAGMA user_version = 1");
  EXPECT_EQ(shown(export_trace(database(), TraceFormat::perfetto)),
            shown_directly({without_hardware_counters(portion())}));
}

TEST_F(TraceExportTest, ATraceOfVersionTwoIsRead) {
  write({portion(), device_portion()});
  execute(version_three);
  execute("DROP TABLE memory_life; ALTER TABLE memory DROP COLUMN life; PRAGMA user_version = 2");
  EXPECT_EQ(shown(export_trace(database(), TraceFormat::perfetto)),
            shown_directly({without_hardware_counters(portion()), device_portion()}));
}

TEST_F(TraceExportTest, ATraceOfVersionThreeIsRead) {
  write({portion(), later_portion(), device_portion()});
  execute(version_three);
  EXPECT_EQ(
      shown(export_trace(database(), TraceFormat::perfetto)),
      shown_directly({without_hardware_counters(portion()), later_portion(), device_portion()}));
}

// The first block has lost its owner while a stream works on it; the second is gone; the third
// stays.
TEST_F(TraceExportTest, ABlockThatAStreamStillUsesIsPending) {
  using enum MemoryLife;
  TraceBatch batch;
  batch.memory = {{115, 0x7f0000000000, 4096, 4096, {7, 1, 2, Phase::forward}, 0, 0, whole},
                  {116, 0x7f0000010000, 512, 4608, {7, 1, 0, Phase::forward}, 0, 0, whole},
                  {117, 0x7f0000020000, 64, 4672, {7, 1, 0, Phase::forward}, 0, 0, whole},
                  {330, 0x7f0000000000, -4096, 576, {7, 1, 0, Phase::backward}, 0, 0, logical},
                  {331, 0x7f0000010000, -512, 64, {7, 1, 0, Phase::backward}, 0, 0, logical},
                  {340, 0x7f0000010000, -512, 64, {7, 1, 0, Phase::backward}, 0, 0, physical}};
  write({portion(), batch});
  const std::string pickle = export_trace(database(), TraceFormat::memory);
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (std::size_t at = pickle.find(text); at != std::string::npos;
         at = pickle.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("free_requested"), 2);
  EXPECT_EQ(count("free_completed"), 1);
  EXPECT_EQ(count("active_pending_free"), 1);
  EXPECT_EQ(count("active_allocated"), 1);
  const nlohmann::json document =
      nlohmann::json::parse(unpacked(export_trace(database(), TraceFormat::chrome)));
  std::vector<std::int64_t> live;
  for (const nlohmann::json& event : document["traceEvents"]) {
    if (event.value("name", "") == "live_bytes, device 0") live.push_back(event["args"]["bytes"]);
  }
  EXPECT_EQ(live, (std::vector<std::int64_t>{4096, 4608, 4672, 576, 64}));
}

// What the viewer would show, or why it would fail: "device events most last" a line.
std::string viewed(const std::filesystem::path& folder, const std::string& pickle) {
  const std::filesystem::path path = folder / "memory.pickle", answer = folder / "viewed";
  write_file_atomically(path, pickle);
  const std::string command = std::string("python3 ") + MEMORY_VIEWER + " " + path.string() +
                              " > " + answer.string() + " 2>&1";
  const int status = std::system(command.c_str());
  return (status == 0 ? "" : "failed: ") + read_file(answer);
}

// More events than a browser takes as arguments of one call, and no block left at the end.
TEST_F(TraceExportTest, TheViewerReadsALongHistoryOfBlocksThatAreGone) {
  constexpr std::int64_t blocks = 60'000;
  TraceBatch batch;
  for (std::int64_t i = 0; i < blocks; ++i) {
    const auto address = 0x7f0000000000 + static_cast<std::uint64_t>(i % 7) * 4096;
    batch.memory.push_back({100 + 2 * i, address, 512, 512, {7, 1, 0, Phase::forward}, 0, 0});
    batch.memory.push_back({101 + 2 * i, address, -512, 0, {7, 1, 0, Phase::forward}, 0, 0});
  }
  write({portion(), batch});
  EXPECT_EQ(viewed(folder_, export_trace(database(), TraceFormat::memory)), "0 120000 512 0\n");
}

// Between traced steps memory is freed, unseen, and given out anew.
TEST_F(TraceExportTest, TheViewerReadsWhatWasLetGoOfUnseen) {
  const auto logical = MemoryLife::logical;
  const TracePlace place{7, 1, 0, Phase::forward};
  TraceBatch batch;
  batch.memory = {{115, 0x7f0000000000, 4096, 4096, place, 0, 0},
                  {116, 0x7f0000001000, 512, 4608, place, 0, 0},
                  {117, 0x7f0000001000, -512, 4096, place, 0, 0, logical},
                  {330, 0x7f0000000800, 4096, 8192, place, 0, 0},   // overlaps both that were there
                  {340, 0x7f0000001800, -512, 7680, place, 0, 0}};  // nobody saw it begin
  write({portion(), batch});
  // alloc, alloc, free_requested; both ended: free_requested, free_completed, free_completed;
  // alloc, free_completed.
  EXPECT_EQ(viewed(folder_, export_trace(database(), TraceFormat::memory)), "0 8 5120 4096\n");
}

TEST_F(TraceExportTest, MissingFilesAreTold) {
  EXPECT_THROW(export_trace(database(), TraceFormat::chrome), DataError);
  EXPECT_THROW(export_trace(folder_, TraceFormat::chrome), DataError);
}

TEST_F(TraceExportTest, DamagedFilesAreTold) {
  const char* const damages[] = {"PRAGMA application_id = 1",
                                 "PRAGMA user_version = 5",
                                 "DROP VIEW holder; DROP TABLE kernel",
                                 "DELETE FROM name WHERE name = 2",
                                 "UPDATE scope SET name = 99",
                                 "UPDATE place SET phase = 4",
                                 "UPDATE place SET kind = -1",
                                 "UPDATE scope SET duration_ns = 9223372036854775807",
                                 "UPDATE place SET thread = 65536",
                                 "UPDATE kernel SET kind = 3",
                                 "UPDATE block SET device = 40000",
                                 "UPDATE counter SET name = -1",
                                 "UPDATE memory SET change = 6",
                                 "UPDATE memory SET block = 1",
                                 "UPDATE scope SET place = -1",
                                 "DELETE FROM place WHERE place = 1",
                                 "UPDATE block SET bytes = -1",
                                 "UPDATE block SET block = 7",
                                 "UPDATE counter SET unit = 2",
                                 "UPDATE counter SET thread = -1",
                                 "UPDATE memory_live SET live_bytes = -9223372036854775807 - 1",
                                 "UPDATE memory SET time_ns = 9223372036854775807"};
  for (const char* damage : damages) {
    write({portion()});
    execute(damage);
    EXPECT_THROW(export_trace(database(), TraceFormat::perfetto), ReportFormatError) << damage;
  }
}

TEST_F(TraceExportTest, DamagedFilesOfVersionThreeAreTold) {
  for (const char* damage : {"UPDATE scope SET phase = 4", "UPDATE scope SET kind = -1",
                             "UPDATE scope SET thread = 65536", "UPDATE memory SET device = 40000",
                             "UPDATE memory SET life = 3"}) {
    write({portion()});
    execute(version_three);
    execute(damage);
    EXPECT_THROW(export_trace(database(), TraceFormat::perfetto), ReportFormatError) << damage;
  }
}

TEST_F(TraceExportTest, BytesThatAreNoDatabaseAreTold) {
  write({portion()});
  const std::string whole = read_file(database());
  write_file_atomically(database(), std::string(4096, 'x'));
  EXPECT_THROW(export_trace(database(), TraceFormat::chrome), ReportFormatError);
  write_file_atomically(database(), whole.substr(0, whole.size() / 2));
  EXPECT_THROW(export_trace(database(), TraceFormat::chrome), ReportFormatError);
  write_file_atomically(database(), "");
  EXPECT_THROW(export_trace(database(), TraceFormat::chrome), ReportFormatError);
}

}  // namespace
}  // namespace actscope::reports
