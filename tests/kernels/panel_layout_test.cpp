// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/panel_layout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "actscope/base/error.hpp"

namespace actscope::kernels {
namespace {

TEST(PanelLayout, EmptyMatrixHasNothing) {
  for (const auto& [groups, rows, cols] : {std::tuple{0, 5, 5}, {1, 0, 5}, {1, 5, 0}}) {
    const PanelLayout layout(groups, rows, cols, {4, 4, 0.5});
    EXPECT_EQ(layout.panels(), 0);
    EXPECT_EQ(layout.kept_blocks(), 0);
    EXPECT_EQ(layout.index_bytes(), 0);
    EXPECT_EQ(layout.value_bytes(DType::f32), 0);
  }
}

TEST(PanelLayout, OneRowIsOnePaddedBlockRow) {
  const PanelLayout layout(1, 1, 8, {4, 4, 0.0});
  EXPECT_EQ(layout.panels(), 1);
  EXPECT_EQ(layout.total_blocks(), 2);
  EXPECT_EQ(layout.panel(0).rows, 1);
  EXPECT_EQ(layout.value_bytes(DType::f64), 2 * 16 * 8);
}

// 49 tokens in blocks of 8 rows: seven block rows, the last padded.
TEST(PanelLayout, TokensThatBlocksDoNotDivideArePadded) {
  const PanelLayout layout(3, 49, 64, {8, 8, 0.8});
  EXPECT_EQ(layout.panels(), 3);
  const PanelExtent last = layout.panel(2);
  EXPECT_EQ(last.group, 2);
  EXPECT_EQ(last.row_blocks, 7);
  EXPECT_EQ(last.blocks, 56);
  EXPECT_EQ(last.kept_blocks, 11);  // round(0.2 · 56)
  EXPECT_EQ(last.value_block, 22);
  EXPECT_EQ(last.mask_word, 4);
  EXPECT_EQ(last.column_start, 2 * 9);
}

TEST(PanelLayout, LastPanelOfAGroupIsShort) {
  const PanelLayout layout(2, 196, 384, {16, 16, 0.5});  // 13 block rows: 8 and 5
  EXPECT_EQ(layout.panels_per_group(), 2);
  EXPECT_EQ(layout.panel_rows(), 128);
  EXPECT_EQ(layout.panel(1).first_row, 128);
  EXPECT_EQ(layout.panel(1).rows, 68);
  EXPECT_EQ(layout.panel(1).row_blocks, 5);
  EXPECT_EQ(layout.panel(2).group, 1);
  EXPECT_EQ(layout.panel(2).value_block, layout.panel(1).value_block + layout.panel(1).kept_blocks);
  EXPECT_EQ(layout.kept_blocks(), 2 * (8 * 24 / 2 + 5 * 24 / 2));
}

TEST(PanelLayout, KeepsAtLeastOneBlock) {
  const PanelLayout layout(1, 4, 4, {4, 4, 0.99});
  EXPECT_EQ(layout.kept_blocks(), 1);
}

TEST(PanelLayout, RefusesWhatItCannotCut) {
  EXPECT_THROW(PanelLayout(1, -1, 4, {4, 4, 0.5}), ShapeMismatch);
  EXPECT_THROW(PanelLayout(1, 4, 4, {0, 4, 0.5}), UnsupportedBlockSize);
  EXPECT_THROW(PanelLayout(1, 4, 4, {4, 5000, 0.5}), UnsupportedBlockSize);
  EXPECT_THROW(PanelLayout(1, 4, 4, {4, 4, 1.0}), ConfigError);
  EXPECT_THROW(PanelLayout(1, 4, 4, {4, 4, -0.1}), ConfigError);
  EXPECT_THROW(PanelLayout(1, 4, 4, {4, 4, std::nan("")}), ConfigError);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 4;
  EXPECT_THROW(PanelLayout(huge, huge, huge, {4, 4, 0.5}), ShapeMismatch);
}

TEST(PanelLayout, OffsetsOfPanelsFollowEachOther) {
  const PanelLayout layout(3, 300, 70, {16, 8, 0.7});
  for (std::int64_t p = 1; p < layout.panels(); ++p) {
    const PanelExtent before = layout.panel(p - 1);
    const PanelExtent panel = layout.panel(p);
    EXPECT_EQ(panel.value_block, before.value_block + before.kept_blocks);
    EXPECT_EQ(panel.mask_word, before.mask_word + (before.blocks + 31) / 32);
    EXPECT_EQ(panel.column_start, before.column_start + layout.col_blocks() + 1);
  }
  const PanelExtent last = layout.panel(layout.panels() - 1);
  EXPECT_EQ(last.value_block + last.kept_blocks, layout.kept_blocks());
  EXPECT_EQ(last.mask_word + (last.blocks + 31) / 32, layout.mask_words());
}

TEST(PanelLayout, PanelsOfLargeBlocksAreTallEnoughForTheSparsity) {
  // 128x128 in 384 features: three blocks a row, so six rows of blocks.
  const PanelLayout large(1, 3136, 384, {128, 128, 0.9});
  EXPECT_EQ(large.panel_rows(), 6 * 128);
  EXPECT_EQ(large.panel(0).kept_blocks, 2);  // of 18
  EXPECT_EQ(PanelLayout(1, 3136, 384, {128, 128, 0.9, Select::panel, 128}).panel_rows(), 128);
  EXPECT_EQ(PanelLayout(1, 3136, 384, {64, 64, 0.9}).panel_rows(), 3 * 64);
  EXPECT_EQ(PanelLayout(1, 3136, 384, {32, 32, 0.9}).panel_rows(), 128);
  // No taller than the matrix.
  EXPECT_EQ(PanelLayout(4, 196, 384, {128, 128, 0.9}).panels_per_group(), 1);
}

}  // namespace
}  // namespace actscope::kernels
