// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/allocations/curve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "allocations/building.hpp"

namespace actscope::reports {
namespace {

// Blocks of device 0 with their bytes, begin and end in nanoseconds; end 0: never.
struct Made {
  std::int64_t bytes, begin_ns, end_ns;
};

AllocationHistory history_of(const std::vector<Made>& blocks) {
  struct Change {
    std::int64_t time_ns;
    bool is_begin;
    std::size_t at;
  };
  std::vector<Change> changes;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    changes.push_back({blocks[i].begin_ns, true, i});
    if (blocks[i].end_ns > 0) changes.push_back({blocks[i].end_ns, false, i});
  }
  std::ranges::stable_sort(changes, {}, &Change::time_ns);
  AllocationBuilding building;
  for (const Change& change : changes) {
    building.tick(change.time_ns);
    const std::uint64_t address = (change.at + 1) << 32U;
    const std::int64_t bytes = blocks[change.at].bytes;
    if (!change.is_begin) {
      building.free(0, address, bytes, {});
      continue;
    }
    Allocation block;
    block.address = address;
    block.bytes = bytes;
    block.device = 0;
    block.layer = building.text(change.at % 2 == 0 ? "even" : "odd");
    building.allocate(block, {0, Phase::other});
  }
  building.finish();
  return std::move(building.history);
}

// Many blocks by a fixed recurrence.
std::vector<Made> many(std::size_t count) {
  std::vector<Made> blocks;
  std::uint64_t state = 12345;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto begin = static_cast<std::int64_t>(1 + 10 * i);
    const auto life = static_cast<std::int64_t>((state >> 33U) % 3000);
    blocks.push_back({static_cast<std::int64_t>(1 + (state >> 40U) % 4096), begin,
                      life < 100 ? 0 : begin + life});
  }
  return blocks;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(LiveCurve, OfTwoBlocksByHand) {
  const AllocationHistory history = history_of({{10, 100, 300}, {5, 200, 0}});
  const std::vector<std::uint8_t> groups = {0, 1};
  const LiveCurve curve = live_curve(history, 0, groups, 2, 100, 500, 4);
  const std::vector<double> bytes = {10, 0, 10, 5, 0, 5, 0, 5};
  EXPECT_EQ(curve.bytes, bytes);
  const std::vector<double> byte_ns = {1000, 0, 1000, 500, 0, 500, 0, 500};
  EXPECT_EQ(curve.byte_ns, byte_ns);
  EXPECT_EQ(peak_of(history, 0).bytes, 15);
  EXPECT_EQ(peak_of(history, 1).bytes, 0);
}

TEST(LiveCurve, LosesNeitherBytesNorThePeakAtAnyWidth) {
  const AllocationHistory history = history_of(many(5000));
  const std::int64_t from = history.times_ns.front(), to = history.times_ns.back();
  std::vector<std::uint8_t> groups;
  for (std::size_t i = 0; i < history.blocks.size(); ++i) groups.push_back(i % 3);
  double exact = 0;
  for (const Allocation& block : history.blocks) {
    exact += static_cast<double>(block.bytes) *
             static_cast<double>(history.time_of(block.end) - history.time_of(block.begin));
  }
  const LivePeak peak = peak_of(history, 0);
  for (const std::size_t columns : {1U, 7U, 100U, 1920U, 100000U}) {
    const LiveCurve curve = live_curve(history, 0, groups, 3, from, to, columns);
    EXPECT_NEAR(sum(curve.byte_ns), exact, 1e-6 * exact) << columns;
    double highest = 0;
    for (std::size_t i = 0; i < columns; ++i) highest = std::max(highest, curve.total(i));
    EXPECT_EQ(highest, static_cast<double>(peak.bytes)) << columns;
  }
}

TEST(LiveCurve, OfAPartIsThatPartOfTheWhole) {
  const AllocationHistory history = history_of(many(500));
  const std::vector<std::uint8_t> groups(history.blocks.size(), 0);
  const LiveCurve whole = live_curve(history, 0, groups, 1, 0, 4000, 40);
  const LiveCurve part = live_curve(history, 0, groups, 1, 1000, 2000, 10);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(part.byte_ns[i], whole.byte_ns[10 + i], 1e-6 * whole.byte_ns[10 + i]) << i;
    EXPECT_EQ(part.total(i), whole.total(10 + i)) << i;
  }
}

TEST(LiveCurve, OfNothing) {
  const AllocationHistory none;
  const LiveCurve curve = live_curve(none, 0, {}, 1, 0, 0, 0);
  EXPECT_EQ(curve.columns, 1U);
  EXPECT_EQ(curve.total(0), 0);
  EXPECT_TRUE(stacked_blocks(none, 0, 0, 1, 10).empty());
}

TEST(LiveShares, SumUpToThePeak) {
  const AllocationHistory history = history_of(many(2000));
  const LivePeak peak = peak_of(history, 0);
  std::int64_t bytes = 0, last = peak.bytes;
  for (const LiveShare& share : live_shares(history, 0, peak.tick)) {
    bytes += share.bytes;
    EXPECT_LE(share.bytes, last);
    last = share.bytes;
  }
  EXPECT_EQ(bytes, peak.bytes);
}

TEST(StackedBlocks, MoveDownWhenABlockBelowGoes) {
  const AllocationHistory history = history_of({{10, 100, 300}, {5, 200, 0}, {1, 250, 260}});
  const auto stacked = stacked_blocks(history, 0, 0, 1000, 2);  // the smallest is left out
  ASSERT_EQ(stacked.size(), 2U);
  ASSERT_EQ(stacked[1].stretches.size(), 2U);
  EXPECT_EQ(stacked[1].stretches[0].offset_bytes, 10);
  EXPECT_EQ(stacked[1].stretches[1].offset_bytes, 0);
  EXPECT_EQ(history.time_of(stacked[1].stretches[1].from), 300);
}

TEST(StackedBlocks, NeverOverlap) {
  const AllocationHistory history = history_of(many(300));
  const auto stacked = stacked_blocks(history, 0, 0, 1 << 20, 100);
  ASSERT_EQ(stacked.size(), 100U);
  for (Tick tick = 0; tick < history.times_ns.size(); ++tick) {
    std::vector<std::pair<std::int64_t, std::int64_t>> extents;
    for (const StackedBlock& one : stacked) {
      const Allocation& block = history.blocks[one.block];
      if (tick < block.begin || tick >= block.end) continue;
      std::int64_t offset = 0;
      for (const auto& stretch : one.stretches) {
        if (stretch.from <= tick) offset = stretch.offset_bytes;
      }
      extents.emplace_back(offset, offset + block.bytes);
    }
    std::ranges::sort(extents);
    std::int64_t end = 0;
    for (const auto& [from, to] : extents) {
      ASSERT_EQ(from, end) << tick;
      end = to;
    }
  }
}

}  // namespace
}  // namespace actscope::reports
