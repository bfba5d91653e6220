// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/timeline/reading.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/trace/export.hpp"
#include "actscope/reports/trace/files.hpp"
#include "format/gzip.hpp"
#include "timeline/made_timeline.hpp"

namespace actscope::reports {
namespace {

using test::slice_named;

// Names 1 blocks.0, 2 h, 3 gemm_tn, 4 saved_stored_bytes, 5 step.
TraceBatch portion() {
  TraceBatch batch;
  batch.new_names = {"", "blocks.0", "h", "gemm_tn", "saved_stored_bytes", "step"};
  batch.scopes = {{80, 400, 7, 5, 0, 0, 0, ScopeKind::step, Phase::other},
                  {100, 150, 7, 3, 1, 2, 0, ScopeKind::op, Phase::forward},
                  {95, 155, 7, 1, 1, 0, 0, ScopeKind::layer, Phase::forward},
                  {300, 340, 7, 1, 1, 0, 1, ScopeKind::layer, Phase::backward}};
  batch.memory = {{110, 0xabc, 64, 640, {7, 1, 2, Phase::forward}, 0},
                  {140, 0xabc, -64, 576, {7, 1, 2, Phase::forward}, 0}};
  KernelEvent kernel;
  kernel.name = "sgemm";
  kernel.begin_ns = 120;
  kernel.end_ns = 145;
  kernel.stream = 7;
  kernel.place = {7, 1, 2, Phase::forward};
  batch.kernels = {kernel};
  batch.counters = {{155, 4096, 4}};
  return batch;
}

class ReadTimelineTest : public testing::Test {
 protected:
  ReadTimelineTest() {
    std::string name = (std::filesystem::temp_directory_path() / "actscope-line-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ReadTimelineTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path written(const std::string& name, const std::string& bytes) const {
    write_file_atomically(folder_ / name, bytes);
    return folder_ / name;
  }
  std::unique_ptr<Timeline> json(const std::string& text) const {
    return read_timeline(written("trace.json", text));
  }
  std::filesystem::path database() const {
    const auto files = make_trace_files(folder_, {{"scheme", "int4"}});
    files->write(portion());
    files->finish({});
    return folder_ / "trace.db";
  }

  std::filesystem::path folder_;
};

void expect_portion(const Timeline& timeline) {
  EXPECT_EQ(timeline.slices(), 5U);
  const SliceNumber gemm = slice_named(timeline, "gemm_tn");
  ASSERT_NE(gemm, no_slice);
  EXPECT_EQ(timeline.begin_ns[gemm], 100);
  EXPECT_EQ(timeline.duration_ns[gemm], 50);
  const TimelinePlace& place = timeline.places[timeline.place[gemm]];
  EXPECT_EQ(timeline.names[place.layer], "blocks.0");
  EXPECT_EQ(timeline.names[place.slot], "h");
  ASSERT_EQ(timeline.steps.size(), 1U);
  EXPECT_EQ(timeline.steps[0].step, 7);
  EXPECT_EQ(timeline.steps[0].end_ns, 400);
  const SliceNumber forward = slice_named(timeline, "blocks.0");
  ASSERT_NE(timeline.link[forward], no_slice);
  EXPECT_EQ(timeline.begin_ns[timeline.link[forward]], 300);
  ASSERT_EQ(timeline.counters.size(), 2U);
  EXPECT_EQ(timeline.counters[0].name, "live_bytes");
  EXPECT_TRUE(timeline.counters[0].is_bytes);
  EXPECT_EQ(timeline.counters[0].value, (std::vector<double>{640, 576}));
  EXPECT_EQ(timeline.counters[1].value, (std::vector<double>{4096}));
  EXPECT_EQ(timeline.lanes.back().kind, LaneKind::device);
  EXPECT_EQ(timeline.lanes.front().kind, LaneKind::steps);
}

TEST_F(ReadTimelineTest, ADatabase) {
  const auto timeline = read_timeline(database());
  expect_portion(*timeline);
  EXPECT_EQ(timeline->allocated_bytes[slice_named(*timeline, "gemm_tn")], 64);
  EXPECT_EQ(timeline->kept_bytes[slice_named(*timeline, "gemm_tn")], 0);
  EXPECT_EQ(timeline->places[timeline->place[slice_named(*timeline, "gemm_tn")]].phase,
            Phase::forward);
}

TEST_F(ReadTimelineTest, OurExports) {
  const auto file = database();
  for (const TraceFormat format : {TraceFormat::chrome, TraceFormat::perfetto}) {
    const auto exported = written(file_name_of(format), export_trace(file, format));
    EXPECT_TRUE(is_trace_file(exported));
    expect_portion(*read_timeline(exported));
  }
}

TEST_F(ReadTimelineTest, KinetosSlicesArrowsStepsAndMemory) {
  const auto timeline = json(R"kineto({"schemaVersion": 1, "deviceProperties": [{"id": 0}],
    "traceEvents": [
    {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#3", "pid": 9, "tid": 9,
     "ts": 1000.000, "dur": 500.5, "args": {"External id": 1, "Record function id": 0}},
    {"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 9, "tid": 9, "ts": 1010.25, "dur": 20,
     "args": {"Sequence number": 4, "Concrete Inputs": ["", {"a": 1}]}},
    {"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 9, "tid": 9,
     "ts": 1015, "dur": 3, "args": {"correlation": 77}},
    {"ph": "X", "cat": "kernel", "name": "sgemm", "pid": 0, "tid": 7, "ts": 1030, "dur": 8,
     "args": {"stream": 7, "correlation": 77}},
    {"ph": "s", "id": 77, "pid": 9, "tid": 9, "ts": 1015, "cat": "ac2g", "name": "ac2g"},
    {"ph": "f", "id": 77, "pid": 0, "tid": 7, "ts": 1030, "cat": "ac2g", "name": "ac2g", "bp": "e"},
    {"ph": "X", "cat": "cpu_op", "name": "autograd::engine::evaluate_function: MmBackward0",
     "pid": 9, "tid": 10, "ts": 1100, "dur": 90, "args": {}},
    {"ph": "X", "cat": "cpu_op", "name": "MmBackward0", "pid": 9, "tid": 10, "ts": 1110, "dur": 50},
    {"ph": "s", "id": 77, "pid": 9, "tid": 9, "ts": 1010.25, "cat": "fwdbwd", "name": "fwdbwd"},
    {"ph": "f", "id": 77, "pid": 9, "tid": 10, "ts": 1110, "cat": "fwdbwd", "name": "fwdbwd"},
    {"ph": "i", "cat": "cpu_instant_event", "s": "t", "name": "[memory]", "pid": 9, "tid": 9,
     "ts": 1012, "args": {"Total Allocated": 4096, "Bytes": 512, "Device Type": 0, "Device Id": -1}},
    {"ph": "X", "cat": "Trace", "name": "PyTorch Profiler (0)", "pid": "Spans",
     "tid": "PyTorch Profiler", "ts": 900, "dur": 900},
    {"name": "process_name", "ph": "M", "ts": 0, "pid": 9, "tid": 0, "args": {"name": "python"}},
    {"name": "thread_name", "ph": "M", "ts": 0, "pid": 9, "tid": 9, "args": {"name": "main"}},
    {"name": "process_labels", "ph": "M", "ts": 0, "pid": 0, "tid": 0, "args": {"labels": "GPU 0"}},
    {"name": "thread_name", "ph": "M", "ts": 0, "pid": 0, "tid": 7, "args": {"name": "stream 7"}}
    ], "traceName": "x"})kineto");
  const SliceNumber mm = slice_named(*timeline, "aten::mm"),
                    kernel = slice_named(*timeline, "sgemm");
  EXPECT_EQ(timeline->begin_ns[mm], 1'010'250);
  EXPECT_EQ(timeline->link[kernel], slice_named(*timeline, "cudaLaunchKernel"));
  EXPECT_EQ(timeline->link[mm], slice_named(*timeline, "MmBackward0"));
  EXPECT_EQ(timeline->places[timeline->place[timeline->link[mm]]].phase, Phase::backward);
  EXPECT_EQ(timeline->places[timeline->place[kernel]].step, 3);
  EXPECT_EQ(timeline->allocated_bytes[mm], 512);
  ASSERT_EQ(timeline->steps.size(), 1U);
  EXPECT_EQ(timeline->steps[0].end_ns, 1'500'500);
  ASSERT_EQ(timeline->counters.size(), 1U);
  EXPECT_EQ(timeline->counters[0].value[0], 4096);
  EXPECT_EQ(timeline->lanes.back().name, "stream 7, GPU 0");
  EXPECT_EQ(timeline->lanes.back().kind, LaneKind::device);
}

TEST_F(ReadTimelineTest, TimesSince1970AreExact) {
  const auto timeline = json(R"([{"ph":"X","name":"a","pid":1,"tid":1,"ts":1796083200000000.123,
    "dur":0.5}, {"ph":"X","name":"b","pid":1,"tid":1,"ts":1796083200000001.124,"dur":2}])");
  ASSERT_EQ(timeline->slices(), 2U);
  EXPECT_EQ(timeline->begin_ns[0], 1'796'083'200'000'000'123);
  EXPECT_EQ(timeline->begin_ns[1] - timeline->begin_ns[0], 1'001);
  EXPECT_EQ(timeline->duration_ns[0], 500);
}

TEST_F(ReadTimelineTest, AnArrayOfEventsAndLooseEnds) {
  const auto timeline = json(R"([{"ph":"B","name":"a","pid":1,"tid":1,"ts":1},
    {"ph":"E","pid":1,"tid":1,"ts":5}, {"ph":"E","pid":1,"tid":1,"ts":6},
    {"ph":"B","name":"never ended","pid":1,"tid":1,"ts":7},
    {"ph":"C","name":"memory","pid":1,"ts":2,"args":{"used":3,"free":4.5}},
    {"ph":"X","name":"backwards","pid":1,"tid":1,"ts":9,"dur":-3}, {}, {"args":{"args":{"ph":"X"}}}])");
  EXPECT_EQ(timeline->slices(), 2U);
  EXPECT_EQ(timeline->left_out, 2);
  ASSERT_EQ(timeline->counters.size(), 2U);
  EXPECT_EQ(timeline->counters[1].name, "memory, free");
  EXPECT_EQ(timeline->counters[1].value[0], 4.5);
}

TEST_F(ReadTimelineTest, BadFilesGiveOneClearError) {
  const auto refused = [&](const std::string& name, const std::string& bytes) {
    try {
      read_timeline(written(name, bytes));
    } catch (const ReportFormatError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_NE(refused("a", "").find("is no trace"), std::string::npos);
  EXPECT_NE(refused("b", "hello").find("is no trace"), std::string::npos);
  EXPECT_NE(refused("c", R"({"traceEvents": [{"ph": "X", "na)").find("cut off"), std::string::npos);
  EXPECT_NE(refused("d", R"({"other": {"ph": 1}})").find("no traceEvents"), std::string::npos);
  EXPECT_NE(refused("e", std::string("SQLite format 3\0", 16) + "x").find("trace"),
            std::string::npos);
  const std::string packed = gzip(R"({"traceEvents": []})");
  EXPECT_NE(refused("f.gz", packed.substr(0, packed.size() - 4)).find("cut off"),
            std::string::npos);
  EXPECT_NE(
      refused("g.gz", gzip("{\"traceEvents\": [" + std::string(10'000'000, ' '))).find("400 times"),
      std::string::npos);
  EXPECT_NE(refused("h", "\x0a\xff\xff\xff\xff\x0f").find("Perfetto"), std::string::npos);
  EXPECT_THROW(read_timeline(folder_ / "none"), DataError);
  EXPECT_THROW(read_timeline(folder_), DataError);
}

TEST_F(ReadTimelineTest, EveryCutOfAFileIsAnErrorOrATimeline) {
  const std::string text =
      R"({"traceEvents":[{"ph":"X","name":"a","pid":1,"tid":1,"ts":1.5,"dur":2,"args":{"step":1}}]})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_THROW(json(text.substr(0, size)), ReportFormatError) << size;
  }
}

TEST_F(ReadTimelineTest, AListOfAProgramThatWasStoppedNeedsNoEnd) {
  const std::string events = R"([{"ph":"X","name":"a","pid":1,"tid":1,"ts":1,"dur":2},)"
                             "\n"
                             R"({"ph":"X","name":"b","pid":1,"tid":1,"ts":4,"dur":2})";
  EXPECT_EQ(json(events)->slices(), 2U);
  EXPECT_EQ(json(events + ",\n")->slices(), 2U);
  EXPECT_EQ(json(events + "]")->slices(), 2U);
  EXPECT_THROW(json(events.substr(0, events.size() - 1)), ReportFormatError);
  EXPECT_THROW(json("["), ReportFormatError);
  EXPECT_THROW(json(events + "]]"), ReportFormatError);
  EXPECT_THROW(json(events + "}"), ReportFormatError);
}

TEST_F(ReadTimelineTest, StopsWhereProgressSaysSo) {
  const auto stop = [](double) { return false; };
  EXPECT_EQ(read_timeline(written("a.json", R"({"traceEvents": []})"), stop), nullptr);
  EXPECT_EQ(read_timeline(written("b.gz", gzip(R"({"traceEvents": []})")), stop), nullptr);
}

}  // namespace
}  // namespace actscope::reports
