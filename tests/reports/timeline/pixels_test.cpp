// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/timeline/pixels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "timeline/made_timeline.hpp"

namespace actscope::reports {
namespace {

using test::made_timeline;

// Many short slices with gaps, some long ones, some instants, from a counted sequence.
std::unique_ptr<Timeline> busy_timeline(std::int64_t slices) {
  TimelineBuilder builder;
  const std::uint32_t lane = builder.lane("main", LaneKind::other, {0, 0});
  std::uint64_t state = 3;
  std::int64_t time_ns = 1000;
  for (std::int64_t i = 0; i < slices; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto draw = static_cast<std::int64_t>(state >> 40U);
    const std::int64_t duration = i % 97 == 0 ? draw % 100'000 : i % 13 == 0 ? 0 : draw % 50;
    builder.slice(lane, time_ns, duration, builder.name(std::to_string(i % 7)), 0);
    time_ns += duration + (draw >> 8) % 20;
  }
  return builder.finish();
}

TEST(RowPieces, ConserveBusyTimeAndCountsAtEveryZoom) {
  const auto timeline = busy_timeline(20'000);
  const TimelineRow& row = timeline->rows[0];
  const std::int64_t all = timeline->last_ns - timeline->first_ns;
  for (const int width : {1, 7, 640, 1920}) {
    for (std::int64_t range = all + 500; range > 3; range = range * 2 / 7) {
      for (const std::int64_t shift : {std::int64_t{-100}, all / 3, all - range / 2}) {
        const std::int64_t from = timeline->first_ns + shift, to = from + range;
        std::int64_t expected = 0;
        std::uint32_t count = 0;
        for (SliceNumber i = row.first; i < row.end; ++i) {
          expected += std::max<std::int64_t>(
              0, std::min(to, timeline->end_ns(i)) - std::max(from, timeline->begin_ns[i]));
          const bool is_seen = timeline->begin_ns[i] < to &&
                               (timeline->end_ns(i) > from || timeline->begin_ns[i] >= from);
          if (is_seen) ++count;
        }
        std::vector<RowPiece> pieces;
        append_pieces(*timeline, row, from, to, width, pieces);
        std::int64_t busy = 0;
        std::uint32_t slices = 0;
        for (const RowPiece& piece : pieces) {
          busy += piece.busy_ns;
          slices += piece.slices;
          EXPECT_LT(piece.left, piece.right + 1e-9);
          EXPECT_NE(piece.slice, no_slice);
        }
        ASSERT_EQ(busy, expected) << width << " pixels from " << from << " to " << to;
        ASSERT_EQ(slices, count) << width << " pixels from " << from << " to " << to;
        ASSERT_LE(pieces.size(), 2U * static_cast<std::size_t>(width) + 2);
      }
    }
  }
}

TEST(RowPieces, AWideSliceIsDrawnWholeAndNarrowOnesTogether) {
  const auto timeline =
      made_timeline({"main 0 500 a", "main 510 1 b", "main 512 3 c", "main 990 10 d"});
  std::vector<RowPiece> pieces;
  append_pieces(*timeline, timeline->rows[0], 0, 1000, 100, pieces);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].right, 50);
  EXPECT_EQ(pieces[1].slices, 2U);
  EXPECT_EQ(pieces[1].busy_ns, 4);
  EXPECT_EQ(timeline->names[timeline->name[pieces[1].slice]], "c");
  EXPECT_EQ(pieces[2].left, 99);
}

TEST(CounterPixels, HoldLowestHighestAndLast) {
  TimelineCounter counter{"live_bytes", true, {10, 11, 12, 50}, {5, 9, 2, 7}, {}, {}};
  std::vector<CounterPixel> pixels;
  counter_pixels(counter, 0, 100, 10, pixels);
  ASSERT_EQ(pixels.size(), 10U);
  EXPECT_TRUE(std::isnan(pixels[0].last));
  EXPECT_EQ(pixels[1].lowest, 2);
  EXPECT_EQ(pixels[1].highest, 9);
  EXPECT_EQ(pixels[1].last, 2);
  EXPECT_EQ(pixels[4].highest, 2);
  EXPECT_EQ(pixels[9].last, 7);
  counter_pixels(counter, 60, 100, 4, pixels);
  EXPECT_EQ(pixels[0].lowest, 7);
}

TEST(CounterPixels, BlocksGiveWhatTheValuesGive) {
  TimelineBuilder builder;
  const std::uint32_t number = builder.counter("live_bytes", true);
  std::uint64_t state = 5;
  for (std::int64_t i = 0; i < 5000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    builder.value(number, i * 3, static_cast<double>(state >> 50U));
  }
  const auto timeline = builder.finish();
  const TimelineCounter& counter = timeline->counters[0];
  EXPECT_EQ(counter.lowest.size(), 78U);
  TimelineCounter plain = counter;
  plain.lowest.clear();
  std::vector<CounterPixel> with, without;
  for (const int width : {1, 7, 300}) {
    counter_pixels(counter, 40, 15'100, width, with);
    counter_pixels(plain, 40, 15'100, width, without);
    for (std::size_t i = 0; i < with.size(); ++i) {
      ASSERT_EQ(with[i].lowest, without[i].lowest);
      ASSERT_EQ(with[i].highest, without[i].highest);
      ASSERT_EQ(with[i].last, without[i].last);
    }
  }
}

}  // namespace
}  // namespace actscope::reports
