// SPDX-License-Identifier: Apache-2.0
// Recorded streams through the whole pipeline: needs no GPU.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/trace/activity_stream.hpp"
#include "actscope/reports/trace/export.hpp"
#include "actscope/reports/trace/files.hpp"
#include "stream_support.hpp"
#include "trace/inflated_packets.hpp"

namespace actscope::tracer {
namespace {

std::filesystem::path scratch_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "actscope-replay-XXXXXX").string();
  return ::mkdtemp(name.data());
}

TEST(ActivityStream, ComesBackAsItWasWritten) {
  const std::filesystem::path folder = scratch_folder();
  const std::vector<ActivityRecord> records = recorded();
  {
    const auto file = reports::make_activity_file(folder / "activity.bin");
    file->write({stream_names[0], stream_names[1]}, std::span(records).first(3));
    file->write({stream_names[2]}, std::span(records).subspan(3));
  }
  const reports::ActivityStream stream =
      reports::read_activity_stream(read_file(folder / "activity.bin"), "activity.bin");
  EXPECT_EQ(stream.names, stream_names);
  EXPECT_EQ(stream.records, records);
  EXPECT_EQ(stream.unreadable_records, 0);
  EXPECT_FALSE(stream.is_truncated);
  const auto nowhere = reports::make_activity_file(folder / "none" / "a");
  EXPECT_THROW(nowhere->write(stream_names, records), EnvironmentError);
  (void)reports::make_activity_file(folder / "unused");
  EXPECT_FALSE(std::filesystem::exists(folder / "unused")) << "made at the first write";
  std::filesystem::remove_all(folder);
}

TEST(ActivityStream, ItsBytesAreThoseOfVersionOne) {
  ActivityRecord record = work(ActivityKind::set, 0x04030201, 1, 2);
  record.name = "n";
  const std::string bytes = reports::activity_bytes({"h"}, {record});
  EXPECT_EQ(bytes.substr(0, 14), std::string("ActR\1\0\0\0\2\0\0\0\0h", 14));
  EXPECT_EQ(bytes.substr(14, 4), std::string("\x2f\0\0\0", 4)) << "46 bytes and the name";
  EXPECT_EQ(bytes.substr(18, 14), std::string("\3\0\0\0\0\0\0\0\0\0\1\2\3\4", 14));
  EXPECT_EQ(bytes.size(), 14U + 4U + 47U);
}

TEST(ActivityStream, DamageIsCountedOrTold) {
  const std::string whole = reports::activity_bytes(stream_names, recorded());
  for (std::size_t size = 0; size < 8; ++size) {
    EXPECT_THROW(reports::read_activity_stream(whole.substr(0, size), "s"), ReportFormatError);
  }
  std::string later = whole;
  later[4] = 2;
  EXPECT_THROW(reports::read_activity_stream(later, "s"), ReportFormatError);
  for (std::size_t size = 8; size < whole.size(); ++size) {
    const reports::ActivityStream part =
        reports::read_activity_stream(std::string_view(whole).substr(0, size), "s");
    EXPECT_LT(part.records.size(), recorded().size());
    EXPECT_EQ(part.unreadable_records, 0);
  }
  EXPECT_TRUE(
      reports::read_activity_stream(std::string_view(whole).substr(0, whole.size() - 1), "s")
          .is_truncated);
  ActivityRecord unknown = kernel(1, 1, 2);
  unknown.kind = static_cast<ActivityKind>(99);
  const reports::ActivityStream stream =
      reports::read_activity_stream(reports::activity_bytes({}, {unknown, kernel(2, 3, 4)}), "s");
  EXPECT_EQ(stream.unreadable_records, 1);
  EXPECT_EQ(stream.records.size(), 1U) << "what follows an unknown kind is read";
}

TEST(ActivityStream, ReplaysIntoATrace) {
  const std::filesystem::path folder = scratch_folder();
  const Replayed replayed =
      replay(reports::read_activity_stream(reports::activity_bytes(stream_names, recorded()), "s"));
  ASSERT_EQ(replayed.batch.kernels.size(), 4U);
  EXPECT_EQ(replayed.batch.kernels[0].place.phase, Phase::forward);
  EXPECT_EQ(replayed.batch.kernels[2].place.step, -1) << "the set has no place";
  EXPECT_EQ(replayed.batch.kernels[3].place.phase, Phase::backward);
  EXPECT_NE(replayed.batch.kernels[0].correlation, replayed.batch.kernels[3].correlation);
  EXPECT_EQ(replayed.losses.untimed_records + replayed.losses.clock_anomalies, 0);
  ASSERT_EQ(replayed.batch.memory.size(), 3U);
  EXPECT_EQ(replayed.batch.memory[2].live_bytes, 1024);
  const auto files = reports::make_trace_files(folder, {});
  files->write(replayed.batch);
  files->finish(replayed.losses);
  const std::string pickle =
      reports::export_trace(folder / "trace.db", reports::TraceFormat::memory);
  EXPECT_NE(pickle.find("free_completed"), std::string::npos);
  const std::string perfetto = reports::inflated_packets(
      reports::export_trace(folder / "trace.db", reports::TraceFormat::perfetto));
  EXPECT_NE(perfetto.find("gemm_tn(float*)"), std::string::npos);
  EXPECT_NE(perfetto.find("live_bytes, device 0"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace actscope::tracer
