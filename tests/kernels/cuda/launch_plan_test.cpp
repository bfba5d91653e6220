// SPDX-License-Identifier: Apache-2.0
// Planning code of the CUDA back end: plain C++, tested without a device.
#include "cuda/launch_plan.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "cuda/device_layout.hpp"

namespace actscope::kernels {
namespace {

PanelLayout make_layout(std::int64_t groups, std::int64_t rows, std::int64_t cols,
                        std::int64_t block_rows, std::int64_t block_cols, double sparsity = 0.8) {
  BlockSpec spec;
  spec.block_rows = block_rows;
  spec.block_cols = block_cols;
  spec.sparsity_ratio = sparsity;
  return {groups, rows, cols, spec};
}

TEST(PlanGrid, NothingToDoLaunchesNothing) {
  EXPECT_EQ(cuda::plan_grid(0, 4, 128).blocks, 0u);
  EXPECT_EQ(cuda::plan_grid(-1, 4, 128).blocks, 0u);
}

TEST(PlanGrid, CoversEveryItemAndRoundsUp) {
  EXPECT_EQ(cuda::plan_grid(1, 4, 128).blocks, 1u);
  EXPECT_EQ(cuda::plan_grid(4, 4, 128).blocks, 1u);
  EXPECT_EQ(cuda::plan_grid(5, 4, 128).blocks, 2u);
  EXPECT_EQ(cuda::plan_grid(5, 4, 128).threads, 128u);
}

TEST(PlanGrid, StaysBelowTheLimitOfAGridForAnySize) {
  const auto plan = cuda::plan_grid(std::numeric_limits<std::int64_t>::max(), 1, 32);
  EXPECT_EQ(plan.blocks, static_cast<unsigned>(cuda::most_grid_blocks));
}

TEST(PlanTile, TakesTheSmallestTileThatCoversTheSide) {
  const std::int64_t sides[] = {1, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 1000, 1024};
  const int expected[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 8, 8};
  for (std::size_t i = 0; i < std::size(sides); ++i) {
    SCOPED_TRACE(sides[i]);
    const auto plan = cuda::plan_tile(sides[i]);
    EXPECT_EQ(plan.columns_per_thread, expected[i]);
    EXPECT_EQ(plan.columns, 4 * plan.columns_per_thread);
    EXPECT_GE(plan.tiles * plan.columns, sides[i]);
    EXPECT_LT((plan.tiles - 1) * plan.columns, sides[i]);
  }
}

TEST(PlanTile, FourColumnGroupsFillTheThreadBlock) {
  EXPECT_EQ(cuda::tile_left * 4, std::int64_t{cuda::tile_threads});
}

TEST(SelectThreads, AreWholeWarpsWithinTheLimitOfABlock) {
  EXPECT_EQ(cuda::select_threads(0), 32u);
  EXPECT_EQ(cuda::select_threads(1), 32u);
  EXPECT_EQ(cuda::select_threads(33), 64u);
  EXPECT_EQ(cuda::select_threads(100000), 1024u);
}

TEST(SelectWorkspace, HoldsOneKeyABlock) {
  EXPECT_EQ(cuda::select_workspace_bytes(PanelLayout()), 0);
  // 49 rows by 64 columns in blocks of 8: 7 x 8 blocks a group, three groups.
  EXPECT_EQ(cuda::select_workspace_bytes(make_layout(3, 49, 64, 8, 8)), 3 * 7 * 8 * 8);
}

TEST(KeyPlan, TilesAreWholeBlocksThatCoverARow) {
  EXPECT_EQ(cuda::plan_keys(PanelLayout()).items, 0);
  for (const std::int64_t side : {1, 4, 5, 16, 100, 256, 1000, 1024}) {
    const cuda::KeyPlan plan = cuda::plan_keys(make_layout(2, 70, 1500, 16, side));
    EXPECT_EQ(plan.tile_columns % side, 0);
    EXPECT_LE(plan.tile_columns, cuda::most_key_columns);
    EXPECT_GE(plan.tiles_across * plan.tile_columns, 1500);
    EXPECT_EQ(plan.group_row_blocks, 5);
    EXPECT_EQ(plan.items, 2 * 5 * plan.tiles_across);
  }
}

TEST(DeviceLayout, OfAnEmptyMatrixHasNoPanels) {
  EXPECT_EQ(cuda::make_device_layout(PanelLayout()).panels(), 0);
  EXPECT_EQ(cuda::make_device_layout(make_layout(2, 0, 16, 4, 4)).panels(), 0);
  EXPECT_EQ(cuda::make_device_layout(make_layout(0, 16, 16, 4, 4)).panels(), 0);
}

// Kernels find a panel by arithmetic of their own; it must agree with the layout everywhere.
TEST(DeviceLayout, PlacesEveryPanelWhereTheLayoutDoes) {
  struct Case {
    std::int64_t groups, rows, cols, block_rows, block_cols;
  };
  const Case cases[] = {{1, 1, 1, 1, 1},      {1, 128, 64, 16, 16}, {1, 129, 70, 16, 16},
                        {3, 49, 64, 8, 8},    {2, 300, 33, 3, 5},   {4, 196, 384, 4, 4},
                        {1, 1000, 96, 8, 64}, {5, 257, 40, 128, 8}, {2, 640, 640, 200, 1}};
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.groups << " x " << c.rows << " x " << c.cols);
    const PanelLayout layout = make_layout(c.groups, c.rows, c.cols, c.block_rows, c.block_cols);
    const auto device = cuda::make_device_layout(layout);
    ASSERT_EQ(device.panels(), layout.panels());
    std::int64_t first_block = 0;
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      const PanelExtent expected = layout.panel(p);
      const cuda::PanelPlace place = device.place(p);
      ASSERT_EQ(place.group, expected.group);
      ASSERT_EQ(place.first_row, expected.first_row);
      ASSERT_EQ(place.rows, expected.rows);
      ASSERT_EQ(place.row_blocks, expected.row_blocks);
      ASSERT_EQ(place.blocks, expected.blocks);
      ASSERT_EQ(place.kept_blocks, expected.kept_blocks);
      ASSERT_EQ(place.value_block, expected.value_block);
      ASSERT_EQ(place.mask_word, expected.mask_word);
      ASSERT_EQ(place.column_start, expected.column_start);
      ASSERT_EQ(place.first_block, first_block);
      ASSERT_EQ(expected.first_block, first_block);
      first_block += expected.blocks;
    }
    EXPECT_EQ(first_block, layout.total_blocks());
  }
}

}  // namespace
}  // namespace actscope::kernels
