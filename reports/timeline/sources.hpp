// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "actscope/reports/timeline/reading.hpp"
#include "timeline/builder.hpp"

namespace actscope::reports {

// Each fills a builder from a file of its format; false where `progress` stopped it. Errors are
// those of read_timeline.
bool take_trace_db(TimelineBuilder& builder, const std::filesystem::path& file,
                   const ReadingProgress& progress);
bool take_chrome_trace(TimelineBuilder& builder, const std::filesystem::path& file,
                       const ReadingProgress& progress);
bool take_perfetto_trace(TimelineBuilder& builder, const std::filesystem::path& file,
                         const ReadingProgress& progress);

/// "operators, thread 1" is a lane of operators, "device 0, stream 7" one of a device.
LaneKind lane_kind_of(std::string_view lane_name);

}  // namespace actscope::reports
