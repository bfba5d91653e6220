// SPDX-License-Identifier: Apache-2.0
#include "timeline/builder.hpp"

#include <gtest/gtest.h>

#include "actscope/reports/timeline/reading.hpp"
#include "timeline/made_timeline.hpp"

namespace actscope::reports {
namespace {

using test::made_timeline;
using test::slice_named;

TEST(TimelineBuilder, NothingIsATimelineOfOneNanosecond) {
  const auto made = TimelineBuilder().finish();
  EXPECT_EQ(made->slices(), 0U);
  EXPECT_EQ(made->last_ns - made->first_ns, 1);
  EXPECT_EQ(made->longest_of(0, 0), no_slice);
}

TEST(TimelineBuilder, NestsByTimeInAnyOrder) {
  const auto made = made_timeline({"main 20 10 b", "main 0 100 a", "main 25 2 c", "main 50 10 d"});
  ASSERT_EQ(made->rows.size(), 3U);
  EXPECT_EQ(made->rows[0].end, 1U);
  EXPECT_EQ(made->rows[1].end - made->rows[1].first, 2U);
  const SliceNumber a = slice_named(*made, "a"), b = slice_named(*made, "b");
  const SliceNumber c = slice_named(*made, "c"), d = slice_named(*made, "d");
  EXPECT_EQ(made->parent(c), b);
  EXPECT_EQ(made->parent(b), a);
  EXPECT_EQ(made->parent(a), no_slice);
  EXPECT_EQ(made->self_ns(a), 80);
  EXPECT_EQ(made->self_ns(b), 8);
  EXPECT_EQ(made->self_ns(a, 0, 25), 20);
  EXPECT_EQ(made->self_ns(d), 10);
  EXPECT_EQ(made->row_of(d), 1U);
}

TEST(TimelineBuilder, OverlappingKernelsTakeTwoRows) {
  const auto made = made_timeline({"stream 0 10 a", "stream 5 10 b", "stream 12 2 c"});
  ASSERT_EQ(made->rows.size(), 3U);  // c begins while b, a row deeper, still goes on
  for (const TimelineRow& row : made->rows) {
    for (SliceNumber i = row.first + 1; i < row.end; ++i) {
      EXPECT_LE(made->end_ns(i - 1), made->begin_ns[i]);
    }
  }
}

TEST(TimelineBuilder, DeepestSlicesAreCountedInsteadOfKept) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  for (std::int64_t i = 0; i < 300; ++i) builder.slice(lane, i, 1000 - i, 0, 0);
  const auto made = builder.finish();
  EXPECT_EQ(made->rows.size(), 256U);
  EXPECT_EQ(made->left_out, 44);
  EXPECT_EQ(made->slices(), 256U);
}

TEST(TimelineBuilder, ExtremeTimesAreClamped) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  builder.slice(lane, INT64_MAX, INT64_MAX, 0, 0);
  builder.slice(lane, INT64_MIN, INT64_MAX, 0, 0);
  builder.slice(lane, 0, -5, 0, 0);
  const auto made = builder.finish();
  EXPECT_EQ(made->slices(), 3U);
  EXPECT_LT(made->first_ns, made->last_ns);
  EXPECT_GE(made->busy_before(made->rows[0], INT64_MAX), 0);
}

TEST(TimelineBuilder, PlaceComesFromTheSliceAround) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  const std::uint32_t step = builder.place({0, 0, 3, Phase::other});
  const std::uint32_t backward = builder.place({0, 0, -1, Phase::backward});
  builder.slice(lane, 0, 100, builder.name("step"), step);
  builder.slice(lane, 10, 50, builder.name("evaluate"), backward);
  builder.slice(lane, 20, 10, builder.name("mm"), 0);
  const auto made = builder.finish();
  const TimelinePlace& place = made->places[made->place[slice_named(*made, "mm")]];
  EXPECT_EQ(place.step, 3);
  EXPECT_EQ(place.phase, Phase::backward);
}

TEST(TimelineBuilder, AllocationsBelongToTheInnermostSlice) {
  TimelineBuilder builder;
  const std::uint32_t operators = builder.lane("operators", LaneKind::operators, {0, 0});
  const std::uint32_t layers = builder.lane("layers", LaneKind::layers, {0, 1});
  builder.slice(layers, 0, 100, builder.name("layer"), 0);
  builder.slice(operators, 10, 20, builder.name("mm"), 0);
  const std::size_t list = builder.lane_list({operators, layers});
  builder.allocation(list, 15, 640);
  builder.allocation(list, 16, -240);
  builder.allocation(list, 50, 7);
  builder.allocation(list, 200, 9);
  const auto made = builder.finish();
  EXPECT_EQ(made->allocated_bytes[slice_named(*made, "mm")], 640);
  EXPECT_EQ(made->kept_bytes[slice_named(*made, "mm")], 400);
  EXPECT_EQ(made->allocated_bytes[slice_named(*made, "layer")], 7);
  EXPECT_EQ(made->outside_bytes, 9);
}

TEST(TimelineBuilder, ArrowsJoinTwoSlicesBothWays) {
  TimelineBuilder builder;
  const std::uint32_t host = builder.lane("host", LaneKind::other, {0, 0});
  const std::uint32_t device = builder.lane("stream", LaneKind::device, {1, 0});
  const std::uint32_t layer = builder.place({builder.name("fc1"), 0, 1, Phase::forward});
  builder.slice(host, 0, 10, builder.name("launch"), layer);
  builder.slice(device, 30, 10, builder.name("kernel"), 0);
  builder.arrow_end(7, false, device, 30);
  builder.arrow_end(7, true, host, 5);
  builder.arrow_end(8, true, host, 5);
  const auto made = builder.finish();
  const SliceNumber launch = slice_named(*made, "launch"), kernel = slice_named(*made, "kernel");
  EXPECT_EQ(made->link[launch], kernel);
  EXPECT_EQ(made->link[kernel], launch);
  EXPECT_EQ(made->places[made->place[kernel]].phase, Phase::forward);  // where it was launched
}

TEST(TimelineBuilder, LanesStandByRankAndCountersByTime) {
  TimelineBuilder builder;
  const std::uint32_t later = builder.lane("later", LaneKind::other, {2, 0});
  const std::uint32_t sooner = builder.lane("sooner", LaneKind::other, {1, 5});
  builder.slice(later, 0, 1, 0, 0);
  builder.slice(sooner, 0, 1, 0, 0);
  const std::uint32_t live = builder.counter("live_bytes", true);
  builder.value(live, 20, 2);
  builder.value(live, 10, 1);
  const auto made = builder.finish();
  EXPECT_EQ(made->lanes[0].name, "sooner");
  EXPECT_EQ(made->counters[0].value, (std::vector<double>{1, 2}));
  EXPECT_EQ(made->last_ns, 20);
}

TEST(Timeline, LongestOfARangeIsTheLongest) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  std::uint64_t state = 7;
  for (std::int64_t i = 0; i < 5000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    builder.slice(lane, i * 1000, static_cast<std::int64_t>(state >> 55U), 0, 0);
  }
  const auto made = builder.finish();
  for (const auto& [first, end] : {std::pair{0U, 5000U},
                                   {3U, 4999U},
                                   {17U, 300U},
                                   {255U, 257U},
                                   {4096U, 4112U},
                                   {1U, 2U},
                                   {16U, 4096U}}) {
    SliceNumber expected = first;
    for (SliceNumber i = first; i < end; ++i) {
      if (made->duration_ns[i] > made->duration_ns[expected]) expected = i;
    }
    EXPECT_EQ(made->duration_ns[made->longest_of(first, end)], made->duration_ns[expected]);
  }
}

TEST(Timeline, TakesAtMost64BytesAnEvent) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  for (std::int64_t i = 0; i < 20'000; ++i) builder.slice(lane, i * 10, 5, 0, 0);
  const auto made = builder.finish();
  EXPECT_LE(made->resident_bytes(), 64 * made->events());
}

TEST(Regrouped, HasALaneALayerAndKeepsTimesBytesAndLinks) {
  TimelineBuilder builder;
  const std::uint32_t operators = builder.lane("operators", LaneKind::operators, {0, 0});
  const std::uint32_t layers = builder.lane("layers", LaneKind::layers, {0, 1});
  const std::uint32_t fc1 = builder.place({builder.name("fc1"), 0, 1, Phase::forward});
  const std::uint32_t fc2 = builder.place({builder.name("fc2"), 0, 1, Phase::backward});
  builder.slice(layers, 0, 100, builder.name("fc1"), fc1);
  builder.slice(operators, 10, 20, builder.name("mm"), fc1);
  builder.slice(operators, 40, 20, builder.name("grad"), fc2);
  builder.allocation(builder.lane_list({operators}), 15, 640);
  builder.arrow_end(1, true, operators, 10);
  builder.arrow_end(1, false, operators, 40);
  const auto made = builder.finish();
  const auto by_layer = regrouped(*made, LaneGrouping::layer);
  ASSERT_EQ(by_layer->lanes.size(), 2U);
  EXPECT_EQ(by_layer->lanes[0].name, "fc1");
  EXPECT_EQ(by_layer->lanes[1].name, "fc2");
  const SliceNumber mm = slice_named(*by_layer, "mm");
  EXPECT_EQ(by_layer->allocated_bytes[mm], 640);
  EXPECT_EQ(by_layer->link[mm], slice_named(*by_layer, "grad"));
  const auto by_phase = regrouped(*made, LaneGrouping::phase);
  ASSERT_EQ(by_phase->lanes.size(), 2U);
  EXPECT_EQ(by_phase->lanes[1].name, "backward");
}

}  // namespace
}  // namespace actscope::reports
