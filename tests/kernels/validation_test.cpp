// SPDX-License-Identifier: Apache-2.0
#include "validation.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::kernels {
namespace {

// Two groups of 20 rows: panels of 8, 8 and 4 rows each.
PanelLayout layout(Select select = Select::panel, Rescale rescale = Rescale::none) {
  return {2, 20, 16, {4, 4, 0.5, select, 8, rescale}};
}

TEST(ValidateView, TakesOneRepeatedRowToReadOnly) {
  float memory[64] = {};
  ConstMatrixView view = contiguous_matrix<const void*>(memory, DType::f32, 4, 8);
  EXPECT_NO_THROW(validate_view("x", view, 1, 4, 8));
  view.row_stride = 0;
  EXPECT_NO_THROW(validate_view("x", view, 1, 4, 8));
  MatrixView out = contiguous_matrix<void*>(memory, DType::f32, 4, 8);
  EXPECT_NO_THROW(validate_view("y", out, 1, 4, 8));
  out.row_stride = 0;
  EXPECT_THROW(validate_view("y", out, 1, 4, 8), ShapeMismatch);
  out.rows = 1;
  EXPECT_NO_THROW(validate_view("y", out, 1, 1, 8)) << "a row has no next";
}

TEST(ValidateView, RefusesOtherLengthsAndOverlappingRows) {
  float memory[64] = {};
  ConstMatrixView view = contiguous_matrix<const void*>(memory, DType::f32, 4, 8);
  EXPECT_THROW(validate_view("x", view, 2, 4, 8), ShapeMismatch);
  EXPECT_THROW(validate_view("x", view, 1, 5, 8), ShapeMismatch);
  EXPECT_THROW(validate_view("x", view, 1, 4, 7), ShapeMismatch);
  view.row_stride = 7;
  EXPECT_THROW(validate_view("x", view, 1, 4, 8), ShapeMismatch);
}

TEST(ValidateSameDtype, RefusesTwoTypes) {
  EXPECT_NO_THROW(validate_same_dtype("x and y", DType::bf16, DType::bf16));
  EXPECT_THROW(validate_same_dtype("x and y", DType::bf16, DType::f16), ShapeMismatch);
}

TEST(ValidateScales, WantsRoomWhereBlocksAreRescaled) {
  float scale = 0;
  BlockIndex index;
  EXPECT_NO_THROW(validate_scales("compress", layout(), index));
  EXPECT_THROW(validate_scales("compress", layout(Select::panel, Rescale::unbiased), index),
               ConfigError);
  index.scales = &scale;
  EXPECT_NO_THROW(validate_scales("compress", layout(Select::panel, Rescale::unbiased), index));
}

TEST(ValidateDraw, WantsAThresholdWhereOneSelects) {
  EXPECT_NO_THROW(validate_draw("compress", layout(Select::global), {}));
  EXPECT_THROW(validate_draw("compress", layout(Select::threshold), {}), ConfigError);
}

TEST(ResolveRange, FillsInTheCountAndRefusesWhatLeavesTheLayout) {
  EXPECT_EQ(resolve_range("gather", layout(), {0, -1}).count, 6);
  EXPECT_EQ(resolve_range("gather", layout(), {4, -1}).count, 2);
  EXPECT_EQ(resolve_range("gather", layout(), {6, -1}).count, 0);
  EXPECT_EQ(resolve_range("gather", layout(), {2, 3}).count, 3);
  for (const PanelRange range : {PanelRange{-1, 1}, PanelRange{0, 7}, PanelRange{7, -1}}) {
    EXPECT_THROW(resolve_range("gather", layout(), range), ShapeMismatch) << range.first;
  }
}

TEST(RowsOf, CountsAcrossGroups) {
  EXPECT_EQ(rows_of(layout(), {0, 0}), 0);
  EXPECT_EQ(rows_of(layout(), {0, 6}), 40);
  EXPECT_EQ(rows_of(layout(), {2, 1}), 4);
  EXPECT_EQ(rows_of(layout(), {1, 3}), 8 + 4 + 8);
}

}  // namespace
}  // namespace actscope::kernels
