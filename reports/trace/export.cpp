// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace/export.hpp"

#include <sstream>

#include "actscope/base/error.hpp"
#include "trace/chrome_trace.hpp"
#include "trace/db_reader.hpp"
#include "trace/memory_snapshot.hpp"
#include "trace/perfetto_trace.hpp"

namespace actscope::reports {
namespace {

std::string perfetto_bytes(const StoredTrace& trace, const std::filesystem::path& path) {
  std::ostringstream bytes;
  PerfettoTrace writer(bytes, path);
  writer.write(trace.events);
  return bytes.str();
}

}  // namespace

TraceFormat parse_trace_format(std::string_view text) {
  if (text == "perfetto") return TraceFormat::perfetto;
  if (text == "chrome") return TraceFormat::chrome;
  if (text == "memory") return TraceFormat::memory;
  throw ConfigError(error_text("unknown format '" + std::string(text) + "' of a trace", {},
                               "take perfetto, chrome or memory"));
}

const char* file_name_of(TraceFormat format) {
  switch (format) {
    case TraceFormat::chrome:
      return "trace.json.gz";
    case TraceFormat::memory:
      return "memory.pickle";
    default:
      return "trace.pftrace";
  }
}

std::string export_trace(const std::filesystem::path& database, TraceFormat format) {
  const StoredTrace trace = read_trace_db(database);
  switch (format) {
    case TraceFormat::chrome:
      return chrome_trace(trace);
    case TraceFormat::memory:
      return memory_snapshot(trace);
    default:
      return perfetto_bytes(trace, database);
  }
}

}  // namespace actscope::reports
