// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/tracer_bench_record.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

// What a document of bench tracer says: of steps, of single calls, of files, each with its goal.
TextTable tracer_steps_table(const TracerBenchRecord& record);
TextTable tracer_calls_table(const TracerBenchRecord& record);
TextTable tracer_files_table(const TracerBenchRecord& record);

/// What was measured, how goals are judged, and why it is not whole.
std::vector<std::string> tracer_remarks(const TracerBenchRecord& record);

}  // namespace actscope::reports
