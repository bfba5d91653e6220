// SPDX-License-Identifier: Apache-2.0
// The oracle against matrices that can be checked by hand, and the errors of the public functions.
#include "actscope/kernels/compress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

class CompressOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }
};

// Two by two blocks of a 4x4 matrix: norms² 4, 30, 0.01, 8 → at 50 % blocks (0,1) and (1,1).
TEST_P(CompressOn, KeepsTheLargestBlocks) {
  const std::vector<float> x{1, 1,   1, 2,  //
                             1, 1,   3, 4,  //
                             0, .1F, 2, 0,  //
                             0, 0,   0, 2};
  OwnedPanels<float> panels(PanelLayout(1, 4, 4, {2, 2, 0.5}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 4, 4), panels.view,
           nullptr);
  EXPECT_THAT(panels.mask, ElementsAre(0b1100U));       // blocks 2 and 3: column block 1
  EXPECT_THAT(panels.starts, ElementsAre(0U, 0U, 2U));  // none in column 0, two in column 1
  EXPECT_THAT(panels.values, ElementsAre(1, 2, 3, 4, 2, 0, 0, 2));
  EXPECT_THAT(dense_of<float>(as_const(panels.view)),
              ElementsAre(0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 2, 0, 0, 0, 0, 2));
}

TEST_P(CompressOn, FirstOfEqualBlocksWins) {
  const std::vector<double> x(16, 1.0);
  OwnedPanels<double> panels(PanelLayout(1, 4, 4, {2, 2, 0.5}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f64, 4, 4), panels.view,
           nullptr);
  EXPECT_THAT(panels.mask, ElementsAre(0b0011U));
}

TEST_P(CompressOn, NonFiniteBlocksAreKeptFirst) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    std::vector<float> x(16, 100.0F);
    x[15] = bad;
    OwnedPanels<float> panels(PanelLayout(1, 4, 4, {2, 2, 0.75}));
    compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 4, 4), panels.view,
             nullptr);
    EXPECT_THAT(panels.mask, ElementsAre(0b1000U));
  }
}

// 3x3 in 2x2 blocks: edge blocks are stored whole, their padding is zero.
TEST_P(CompressOn, EdgeBlocksArePaddedWithZeros) {
  const std::vector<float> x{0, 0, 0, 0, 0, 0, 0, 0, 7};
  OwnedPanels<float> panels(PanelLayout(1, 3, 3, {2, 2, 0.75}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 3, 3), panels.view,
           nullptr);
  EXPECT_THAT(panels.values, ElementsAre(7, 0, 0, 0));
}

TEST_P(CompressOn, RowStrideIsRespected) {
  const std::vector<float> x{1, 2, -9, 3, 4, -9};  // two rows of two, padded to three
  ConstMatrixView view = contiguous_matrix<const void*>(x.data(), DType::f32, 2, 2);
  view.row_stride = 3;
  OwnedPanels<float> panels(PanelLayout(1, 2, 2, {2, 2, 0.0}));
  compress(context(), view, panels.view, nullptr);
  EXPECT_THAT(panels.values, ElementsAre(1, 2, 3, 4));
}

TEST_P(CompressOn, ColumnStartsFollowFromTheMask) {
  const auto x = random_values<float>(60 * 40, 1);
  OwnedPanels<float> panels(PanelLayout(1, 60, 40, {4, 8, 0.6}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 60, 40), panels.view,
           nullptr);
  const auto starts = panels.starts;
  std::ranges::fill(panels.starts, 0xffffffffU);
  column_starts_from_mask(context(), panels.view.layout, panels.view.index);
  EXPECT_EQ(panels.starts, starts);
}

TEST_P(CompressOn, EmptyMatrixIsNoWork) {
  OwnedPanels<float> panels(PanelLayout(1, 0, 4, {2, 2, 0.5}));
  compress(context(), contiguous_matrix<const void*>(nullptr, DType::f32, 0, 4), panels.view,
           nullptr);
  EXPECT_TRUE(panels.values.empty());
}

TEST_P(CompressOn, RefusesShapesThatDisagree) {
  const std::vector<float> x(16);
  OwnedPanels<float> panels(PanelLayout(1, 4, 4, {2, 2, 0.5}));
  const auto view = [&](std::int64_t rows, std::int64_t cols) {
    return contiguous_matrix<const void*>(x.data(), DType::f32, rows, cols);
  };
  EXPECT_THROW(compress(context(), view(2, 8), panels.view, nullptr), ShapeMismatch);
  ConstMatrixView overlapping = view(4, 4);
  overlapping.row_stride = 2;
  EXPECT_THROW(compress(context(), overlapping, panels.view, nullptr), ShapeMismatch);
  std::vector<float> out(16);
  MatrixView repeated = contiguous_matrix<void*>(out.data(), DType::f32, 4, 4);
  repeated.row_stride = 0;
  EXPECT_THROW(decompress(context(), as_const(panels.view), repeated), ShapeMismatch);
  ConstMatrixView other = view(4, 4);
  other.dtype = DType::f64;
  EXPECT_THROW(gather_blocks(context(), other, panels.view), ShapeMismatch);
  EXPECT_THROW(gather_blocks(context(), view(4, 4), panels.view, {1, 5}), ShapeMismatch);
}

INSTANTIATE_TEST_SUITE_P(Host, CompressOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
