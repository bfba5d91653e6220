// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/memory_timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {
namespace {

const void* at(std::uint64_t address) {
  return reinterpret_cast<const void*>(address);
}

MemoryEvent event(std::int64_t time_ns, std::uint64_t address, std::int64_t bytes,
                  const char* layer = "", Phase phase = Phase::forward) {
  MemoryEvent made;
  made.time_ns = time_ns;
  made.address = address;
  made.bytes = bytes;
  made.place = {0, Name(layer).number(), 0, phase};
  return made;
}

std::int64_t bytes_of(const MemoryRecord& record, MemoryCategory category) {
  for (const CategoryAtPeak& row : record.categories) {
    if (row.category == category) return row.bytes;
  }
  return 0;
}

TEST(MemoryTimeline, OfNothingIsEmpty) {
  const MemoryRecord record = MemoryTimeline(7, {}).explain().record;
  EXPECT_EQ(record.step, 7);
  EXPECT_EQ(record.peak.bytes, 0);
  EXPECT_TRUE(record.composition.empty());
  EXPECT_TRUE(record.categories.empty());
  EXPECT_EQ(record.allocated_bytes, 0);
}

TEST(MemoryTimeline, WithoutEventsThePeakIsWhatWasThere) {
  MemoryTimeline timeline(0, {{0x10, 100}, {0x20, 50}});
  timeline.mark(1, at(0x10), MemoryCategory::parameter);
  const MemoryRecord record = timeline.explain().record;
  EXPECT_EQ(record.peak.bytes, 150);
  EXPECT_EQ(bytes_of(record, MemoryCategory::parameter), 100);
  EXPECT_EQ(bytes_of(record, MemoryCategory::other), 50);
}

// On a device the allocator may keep a block for a stream after its owner has let go of it.
TEST(MemoryTimeline, APhysicalEndChangesNothingForOwners) {
  MemoryTimeline timeline(0, {});
  MemoryEvent requested = event(2, 0x10, -400), completed = event(4, 0x10, -400);
  requested.life = MemoryLife::logical;
  completed.life = MemoryLife::physical;
  timeline.add(event(1, 0x10, 400));
  timeline.add(requested);
  timeline.add(event(3, 0x20, 300));
  timeline.add(completed);
  timeline.add(event(5, 0x10, 90));
  timeline.add(completed);  // late: the address belongs to another piece by now
  const MemoryRecord record = timeline.explain().record;
  EXPECT_EQ(record.peak.bytes, 400);
  EXPECT_EQ(record.allocated_bytes, 790);
  EXPECT_EQ(bytes_of(record, MemoryCategory::workspace), 400);
}

// Two activations, one temporary while both are there, a gradient after that.
MemoryTimeline small_step() {
  MemoryTimeline timeline(3, {{0x1, 1000}});
  timeline.mark(0, at(0x1), MemoryCategory::parameter);
  timeline.add(event(1, 0x10, 400, "a"));
  timeline.add(event(2, 0x20, 300, "b"));
  timeline.mark(3, at(0x10), MemoryCategory::saved_activation);
  timeline.mark(3, at(0x20), MemoryCategory::saved_activation);
  timeline.add(event(4, 0x30, 200, "b", Phase::backward));
  timeline.add(event(5, 0x30, -200));
  timeline.add(event(6, 0x20, -300));
  timeline.add(event(7, 0x10, -400));
  timeline.add(event(8, 0x40, 250, "a", Phase::backward));
  timeline.mark(9, at(0x40), MemoryCategory::gradient);
  timeline.add(event(10, 0x50, 600, "", Phase::optimizer));
  timeline.add(event(11, 0x50, -600));
  return timeline;
}

TEST(MemoryTimeline, ThePeakIsExplained) {
  const MemoryRecord record = small_step().explain().record;
  EXPECT_EQ(record.peak.bytes, 1900);
  EXPECT_EQ(record.peak.layer, "b");
  EXPECT_EQ(record.peak.phase, "backward");
  ASSERT_EQ(record.composition.size(), 4U);
  EXPECT_EQ(record.composition[0].category, MemoryCategory::parameter);
  EXPECT_EQ(record.composition[1].bytes, 400);
  EXPECT_EQ(record.composition[1].layer, "a");
  EXPECT_EQ(record.composition[3].category, MemoryCategory::workspace);
  EXPECT_EQ(bytes_of(record, MemoryCategory::saved_activation), 700);
  EXPECT_EQ(bytes_of(record, MemoryCategory::gradient), 0);
  EXPECT_EQ(record.allocated_bytes, 1750);
}

TEST(MemoryTimeline, SaysWhichMarksWereLiveAtThePeak) {
  MemoryTimeline timeline(0, {});
  timeline.add(event(1, 0x10, 100));
  timeline.add(event(2, 0x20, 100));
  EXPECT_EQ(timeline.mark(3, at(0x10), MemoryCategory::saved_activation), 0U);
  EXPECT_EQ(timeline.mark(3, at(0x20), MemoryCategory::saved_activation), 1U);
  EXPECT_EQ(timeline.mark(3, at(0x30), MemoryCategory::saved_activation), 2U);
  timeline.add(event(4, 0x20, -100));
  timeline.add(event(5, 0x30, 500));
  EXPECT_EQ(timeline.explain().marks_at_peak, (std::vector<bool>{true, false, false}));
}

TEST(MemoryTimeline, SaysWhatBindsNext) {
  const MemoryRecord record = small_step().explain().record;
  for (const CategoryAtPeak& row : record.categories) {
    if (row.category == MemoryCategory::saved_activation) {
      EXPECT_EQ(row.without.bytes, 1850);  // the optimizer beside the gradient
      EXPECT_EQ(row.without.phase, "optimizer");
    }
    if (row.category == MemoryCategory::workspace) {
      EXPECT_EQ(row.without.bytes, 1700);
      EXPECT_EQ(row.without.layer, "b");
      EXPECT_EQ(row.without.phase, "forward");
    }
  }
}

TEST(MemoryTimeline, AMarkIsOfThePieceThatIsThereThen) {
  MemoryTimeline timeline(0, {});
  timeline.add(event(1, 0x10, 100));
  timeline.add(event(2, 0x10, -100));
  timeline.add(event(4, 0x10, 80));
  timeline.mark(5, at(0x10), MemoryCategory::gradient);
  timeline.mark(6, at(0x99), MemoryCategory::gradient);  // nothing is there
  const MemoryRecord record = timeline.explain().record;
  EXPECT_EQ(record.peak.bytes, 100);
  EXPECT_EQ(bytes_of(record, MemoryCategory::workspace), 100);
  EXPECT_EQ(bytes_of(record, MemoryCategory::gradient), 0);
}

TEST(MemoryTimeline, TheFirstMarkCounts) {
  MemoryTimeline timeline(0, {});
  timeline.add(event(1, 0x10, 100));
  timeline.mark(2, at(0x10), MemoryCategory::saved_activation);
  timeline.mark(3, at(0x10), MemoryCategory::output);
  EXPECT_EQ(bytes_of(timeline.explain().record, MemoryCategory::saved_activation), 100);
}

TEST(MemoryTimeline, AnUnknownFreeChangesNothing) {
  MemoryTimeline timeline(0, {{0x1, 10}});
  timeline.add(event(1, 0x77, -500));
  timeline.add(event(2, 0x10, 5));
  EXPECT_EQ(timeline.explain().record.peak.bytes, 15);
}

// Portions of several threads reach it in any order.
TEST(MemoryTimeline, OrderOfArrivalDoesNotMatter) {
  std::mt19937 random(5);
  std::vector<MemoryEvent> events;
  for (int i = 0; i < 200; ++i) {
    events.push_back(event(2 * i, static_cast<std::uint64_t>(i % 40 + 1), 10 + i % 7));
    events.push_back(event(2 * i + 1, static_cast<std::uint64_t>((i * 7) % 40 + 1), -1));
  }
  const auto explain = [&] {
    MemoryTimeline timeline(0, {});
    for (const MemoryEvent& one : events) timeline.add(one);
    return timeline.explain().record;
  };
  const MemoryRecord sorted = explain();
  std::ranges::shuffle(events, random);
  const MemoryRecord shuffled = explain();
  EXPECT_EQ(shuffled.peak.bytes, sorted.peak.bytes);
  EXPECT_EQ(shuffled.composition.size(), sorted.composition.size());
  std::int64_t sum = 0;
  for (const MemoryShare& share : sorted.composition) sum += share.bytes;
  EXPECT_EQ(sum, sorted.peak.bytes);
}

}  // namespace
}  // namespace actscope::tracer
