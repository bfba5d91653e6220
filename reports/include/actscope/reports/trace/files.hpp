// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "actscope/base/trace_events.hpp"

namespace actscope::reports {

/// Facts that stand beside the records: scheme, device, program, …
using TraceMeta = std::map<std::string, std::string>;

/// Writes a trace while the run goes on.
///
/// trace.db       SQLite, tables as docs/reference/trace.md; whole after any crash
/// trace.pftrace  Perfetto TrackEvents for ui.perfetto.dev, made from trace.db at the end
///
/// Files of an earlier trace in the folder are replaced at the first portion; what was made from it
/// is removed. After a failure trace.db keeps the portions before and says why there are no more
/// (meta: failure), where it still can; there is no trace.pftrace, and half a mebibyte that was
/// kept until then is free for the report.
///
/// Errors  (of the sink's write and finish) EnvironmentError: not writable, disk full
std::unique_ptr<TraceSink> make_trace_files(const std::filesystem::path& folder,
                                            const TraceMeta& meta);

}  // namespace actscope::reports
