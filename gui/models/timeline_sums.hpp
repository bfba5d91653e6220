// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "models/selection.hpp"
#include "models/table_model.hpp"
#include "models/timeline_scene.hpp"

namespace actscope::gui {

/// What the slices of one name and kind of lane come to, of A and of B. Times are clipped to the
/// range; bytes and counts are of the slices that begin in it.
struct SliceSums {
  struct Of {
    std::int64_t count = 0, total_ns = 0, self_ns = 0, allocatedBytes = 0, keptBytes = 0;
  };
  QString name, lane;  ///< lane: "operators", "device", "layers", …
  Of of[2];
};

/// Sums by name over a range of time and some bands; an empty range: over everything, no bands:
/// over all of them. In `total` a slice counts again within another of its name; `self` adds up.
/// Cost    one pass over the slices in the range
std::vector<SliceSums> sumsOf(const TimelineScene& scene, TimeRange range,
                              const std::vector<TimelineBand>& bands = {});

/// The rows of one side, or B − A, those with most time in themselves first. Shares are of the self
/// times of a kind of lane.
void fillSumsTable(TableModel& table, const std::vector<SliceSums>& sums, Side side);

}  // namespace actscope::gui
