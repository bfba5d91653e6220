// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "timeline/builder.hpp"

namespace actscope::reports::test {

/// A timeline from lines "lane begin duration name"; lanes stand in the order of their first lines.
inline std::unique_ptr<Timeline> made_timeline(const std::vector<std::string>& lines) {
  TimelineBuilder builder;
  std::map<std::string, std::uint32_t> lanes;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string lane, name;
    std::int64_t begin_ns = 0, duration_ns = 0;
    words >> lane >> begin_ns >> duration_ns >> name;
    if (!lanes.contains(lane)) {
      const double rank = static_cast<double>(lanes.size());
      lanes[lane] = builder.lane(lane, LaneKind::other, {rank, 0});
    }
    builder.slice(lanes[lane], begin_ns, duration_ns, builder.name(name), 0);
  }
  return builder.finish();
}

/// The first slice of a name; no_slice where there is none.
inline SliceNumber slice_named(const Timeline& timeline, const std::string& name) {
  for (SliceNumber slice = 0; slice < timeline.slices(); ++slice) {
    if (timeline.names[timeline.name[slice]] == name) return slice;
  }
  return no_slice;
}

}  // namespace actscope::reports::test
