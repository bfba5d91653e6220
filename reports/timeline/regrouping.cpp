// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "actscope/reports/timeline/reading.hpp"
#include "timeline/builder.hpp"

namespace actscope::reports {

std::unique_ptr<Timeline> regrouped(const Timeline& timeline, LaneGrouping grouping) {
  TimelineBuilder builder;
  for (std::size_t i = 0; i < timeline.names.size(); ++i) builder.name(timeline.names[i]);
  for (const TimelinePlace& place : timeline.places) builder.place(place);
  std::vector<std::uint32_t> lanes;  // by layer or phase
  std::vector<SliceNumber> given;    // their numbers in the other timeline
  const auto lane_of = [&](std::size_t key, const std::string& title) {
    if (key >= lanes.size()) lanes.resize(key + 1, no_slice);
    if (lanes[key] == no_slice) {
      // In the order of their first slices.
      const double rank = 1 + static_cast<double>(lanes.size());
      lanes[key] = builder.lane(title, LaneKind::other, {key == 0 ? 1e9 : rank, 0});
    }
    return lanes[key];
  };
  std::uint32_t steps = no_slice;
  for (const TimelineRow& row : timeline.rows) {
    const TimelineLane& lane = timeline.lanes[row.lane];
    if (lane.kind == LaneKind::phases || lane.kind == LaneKind::layers) continue;
    for (SliceNumber slice = row.first; slice < row.end; ++slice) {
      const TimelinePlace& place = timeline.places[timeline.place[slice]];
      std::uint32_t to = 0;
      if (lane.kind == LaneKind::steps) {
        if (steps == no_slice) steps = builder.lane(lane.name, lane.kind, {0, 0});
        to = steps;
      } else if (grouping == LaneGrouping::layer) {
        to = lane_of(place.layer, place.layer == 0 ? "no layer" : timeline.names[place.layer]);
      } else {
        to = lane_of(static_cast<std::size_t>(place.phase), name_of(place.phase));
      }
      builder.slice(to, timeline.begin_ns[slice], timeline.duration_ns[slice], timeline.name[slice],
                    timeline.place[slice]);
      given.push_back(slice);
    }
  }
  for (const TimelineCounter& counter : timeline.counters) {
    const std::uint32_t to = builder.counter(counter.name, counter.is_bytes);
    for (std::size_t i = 0; i < counter.time_ns.size(); ++i) {
      builder.value(to, counter.time_ns[i], counter.value[i]);
    }
  }
  for (const TimelineStep& step : timeline.steps)
    builder.step(step.step, step.begin_ns, step.end_ns);
  std::vector<SliceNumber> numbers, number_of(timeline.slices(), no_slice);
  std::unique_ptr<Timeline> made = builder.finish(&numbers);
  for (std::size_t i = 0; i < given.size(); ++i) number_of[given[i]] = numbers[i];
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (numbers[i] == no_slice) continue;
    made->allocated_bytes[numbers[i]] = timeline.allocated_bytes[given[i]];
    made->kept_bytes[numbers[i]] = timeline.kept_bytes[given[i]];
    const SliceNumber link = timeline.link[given[i]];
    if (link != no_slice) made->link[numbers[i]] = number_of[link];
  }
  made->left_out += timeline.left_out;
  made->outside_bytes = timeline.outside_bytes;
  return made;
}

}  // namespace actscope::reports
