// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/timeline/reading.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "actscope/base/error.hpp"
#include "format/inflating.hpp"
#include "timeline/sources.hpp"

namespace actscope::reports {
namespace {

enum class TraceFile { none, database, json, perfetto };

// What the first bytes say. JSON of another kind is told by its keys, of which "traceEvents" may
// come late in kineto's; ours names its schema first.
TraceFile kind_of(const std::filesystem::path& file) {
  constexpr std::string_view sqlite("SQLite format 3\0", 16);
  InflatedFile bytes(file);
  const std::string_view start = bytes.next();
  if (start.starts_with(sqlite)) return TraceFile::database;
  const std::size_t at = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (at != std::string_view::npos && (start[at] == '{' || start[at] == '[')) {
    const std::string_view head = start.substr(at, 4096);
    const bool is_events = start.find("\"traceEvents\"") != std::string_view::npos ||
                           start.find("\"ph\"") != std::string_view::npos;
    return is_events && head.find("\"schema\": {") == std::string_view::npos ? TraceFile::json
                                                                             : TraceFile::none;
  }
  // A packet of a Perfetto trace: field 1, with a length.
  return start.size() > 2 && start[0] == '\x0a' ? TraceFile::perfetto : TraceFile::none;
}

}  // namespace

LaneKind lane_kind_of(std::string_view lane_name) {
  const std::string_view kind = lane_name.substr(0, lane_name.find(','));
  if (kind == "steps") return LaneKind::steps;
  if (kind == "phases") return LaneKind::phases;
  if (kind == "layers") return LaneKind::layers;
  if (kind == "operators") return LaneKind::operators;
  if (kind.starts_with("device ")) return LaneKind::device;
  return LaneKind::other;
}

bool is_trace_file(const std::filesystem::path& file) {
  try {
    return kind_of(file) != TraceFile::none;
  } catch (const Error&) {
    return false;
  }
}

std::unique_ptr<Timeline> read_timeline(const std::filesystem::path& file,
                                        const ReadingProgress& progress) {
  TimelineBuilder builder;
  bool is_read = false;
  switch (kind_of(file)) {
    case TraceFile::database:
      is_read = take_trace_db(builder, file, progress);
      break;
    case TraceFile::json:
      is_read = take_chrome_trace(builder, file, progress);
      break;
    case TraceFile::perfetto:
      is_read = take_perfetto_trace(builder, file, progress);
      break;
    case TraceFile::none:
      throw ReportFormatError(
          error_text(file.string() + " is no trace",
                     "neither SQLite, nor JSON with traceEvents, nor Perfetto's",
                     "name a trace.db, trace.json, trace.json.gz or trace.pftrace"));
  }
  return is_read ? builder.finish() : nullptr;
}

}  // namespace actscope::reports
