// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace actscope::reports {

enum class TraceFormat {
  perfetto,  ///< for ui.perfetto.dev: the slices and counters that the run wrote itself
  chrome,    ///< Chrome's JSON, gzipped
  memory,    ///< a pickled snapshot for PyTorch's memory viewer
};

/// Errors  ConfigError: none of perfetto, chrome, memory
TraceFormat parse_trace_format(std::string_view text);

/// "trace.pftrace", "trace.json.gz", "memory.pickle".
const char* file_name_of(TraceFormat format);

/// Reads a trace.db and returns the bytes of the file in another format. Equal traces give equal
/// bytes.
///
/// Errors  DataError: missing, not readable; ReportFormatError: no whole trace, or of a later
///         version; EnvironmentError: memory, and nothing was allocated on a CUDA device
/// Cost    holds the whole trace and the result
std::string export_trace(const std::filesystem::path& database, TraceFormat format);

}  // namespace actscope::reports
