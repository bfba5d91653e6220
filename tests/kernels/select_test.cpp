// SPDX-License-Identifier: Apache-2.0
// Ways of selecting against matrices that can be checked by hand, and what makes rescaling
// unbiased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

class SelectOn : public testing::TestWithParam<Backend> {
 protected:
  // Blocks of one element, panels of two rows.
  OwnedPanels<float> select(const std::vector<float>& x, std::int64_t cols, Select how,
                            double sparsity, const Draw& draw = {},
                            Rescale rescale = Rescale::none) const {
    const auto rows = static_cast<std::int64_t>(x.size()) / cols;
    OwnedPanels<float> panels(PanelLayout(1, rows, cols, {1, 1, sparsity, how, 2, rescale}));
    compress({GetParam(), nullptr},
             contiguous_matrix<const void*>(x.data(), DType::f32, rows, cols), panels.view, nullptr,
             draw);
    return panels;
  }
};

// The large values lie in the first row and the last column.
const std::vector<float> matrix{9, 8, 7, 6,  //
                                1, 2, 1, 5,  //
                                0, 3, 1, 4,  //
                                1, 2, 2, 3};

TEST_P(SelectOn, RowsKeepAsManyEach) {
  EXPECT_THAT(dense_of<float>(as_const(select(matrix, 4, Select::row, 0.75).view)),
              ElementsAre(9, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3));
}

TEST_P(SelectOn, ColumnsKeepAsManyEachWhateverTheirPanel) {
  const OwnedPanels<float> panels = select(matrix, 4, Select::column, 0.5);
  EXPECT_THAT(dense_of<float>(as_const(panels.view)),
              ElementsAre(9, 8, 7, 6, 1, 0, 0, 5, 0, 3, 0, 0, 0, 0, 2, 0));
  // Six blocks in the first panel, two in the second, counted through both.
  EXPECT_THAT(panels.starts, ElementsAre(0, 2, 3, 4, 6, 6, 6, 7, 8, 8));
}

TEST_P(SelectOn, GlobalKeepsTheLargestOfAll) {
  const OwnedPanels<float> panels = select(matrix, 4, Select::global, 0.625);
  EXPECT_THAT(dense_of<float>(as_const(panels.view)),
              ElementsAre(9, 8, 7, 6, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0));
  EXPECT_THAT(panels.starts, ElementsAre(0, 1, 2, 3, 5, 5, 5, 5, 5, 6));
}

TEST_P(SelectOn, TiesGoToTheLowerBlockNumber) {
  const std::vector<float> equal(16, 1);
  EXPECT_THAT(select(equal, 4, Select::row, 0.75).mask, ElementsAre(0b11U, 0b11U));
  EXPECT_THAT(select(equal, 4, Select::column, 0.75).mask, ElementsAre(0b1010101U, 0U));
  EXPECT_THAT(select(equal, 4, Select::global, 0.75).mask, ElementsAre(0b1111U, 0U));
}

TEST_P(SelectOn, ThresholdIsCarriedFromStepToStep) {
  double threshold = 0;
  EXPECT_EQ(select(matrix, 4, Select::threshold, 0.75, {0, 0, &threshold}).mask,
            select(matrix, 4, Select::global, 0.75).mask);
  EXPECT_EQ(threshold, 36);  // the square of the fourth largest
  std::vector<float> smaller = matrix;
  for (float& value : smaller) value *= 0.875F;
  EXPECT_THAT(dense_of<float>(
                  as_const(select(smaller, 4, Select::threshold, 0.75, {0, 0, &threshold}).view)),
              ElementsAre(7.875F, 7, 6.125F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(threshold, 5.25 * 5.25);
}

TEST_P(SelectOn, ThresholdKeepsAtLeastOneAndNoMoreThanItsShare) {
  double threshold = 1e9;
  EXPECT_THAT(select(matrix, 4, Select::threshold, 0.75, {0, 0, &threshold}).mask,
              ElementsAre(1U, 0U));
  threshold = 1e-9;
  EXPECT_EQ(select(matrix, 4, Select::threshold, 0.75, {0, 0, &threshold}).mask,
            select(matrix, 4, Select::global, 0.75).mask);
}

TEST_P(SelectOn, RandomDrawsFollowTheSeedAlone) {
  const std::vector<float> ones(16, 1);
  const auto mask = [&](const std::vector<float>& x, std::uint64_t seed) {
    return select(x, 4, Select::random, 0.5, {seed, 0, nullptr}).mask;
  };
  EXPECT_EQ(mask(ones, 1), mask(matrix, 1));
  EXPECT_NE(mask(ones, 1), mask(ones, 2));
}

TEST_P(SelectOn, PartsDrawAsTheWholeDoes) {
  for (const Select how : {Select::panel, Select::row, Select::random}) {
    const OwnedPanels<float> whole =
        select(matrix, 4, how, 0.5, {7, 0, nullptr}, Rescale::unbiased);
    const std::vector<float> lower(matrix.begin() + 8, matrix.end());
    const OwnedPanels<float> part = select(lower, 4, how, 0.5, {7, 8, nullptr}, Rescale::unbiased);
    EXPECT_EQ(part.mask[0], whole.mask[1]) << name_of(how);
    EXPECT_TRUE(std::ranges::equal(part.values, std::span(whole.values).last(4))) << name_of(how);
  }
}

TEST_P(SelectOn, NonFiniteBlocksAreKeptFirstAndUnscaled) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> x(16, 100.0F);
  x[13] = infinity;
  for (const Select how : {Select::panel, Select::row, Select::column, Select::global,
                           Select::random, Select::threshold}) {
    for (const Rescale rescale : {Rescale::none, Rescale::unbiased}) {
      if (how == Select::random && rescale == Rescale::unbiased) continue;  // scales everything
      double threshold = 0;
      const OwnedPanels<float> panels = select(x, 4, how, 0.75, {1, 0, &threshold}, rescale);
      EXPECT_EQ(dense_of<float>(as_const(panels.view))[13], infinity) << name_of(how);
    }
  }
}

// The mean over many seeds is the matrix itself, within five standard errors.
TEST_P(SelectOn, RescaledDrawsAreUnbiased) {
  constexpr int seeds = 4000;
  for (const Select how : {Select::panel, Select::row, Select::column, Select::global,
                           Select::random, Select::threshold}) {
    std::vector<double> sums(16, 0.0), squares(16, 0.0);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      double threshold = 11;  // keeps about half
      const auto dense =
          dense_of<float>(as_const(select(matrix, 4, how, how == Select::threshold ? 0.0 : 0.5,
                                          {seed, 0, &threshold}, Rescale::unbiased)
                                       .view));
      for (std::size_t i = 0; i < 16; ++i) {
        sums[i] += dense[i];
        squares[i] += static_cast<double>(dense[i]) * dense[i];
      }
    }
    for (std::size_t i = 0; i < 16; ++i) {
      const double mean = sums[i] / seeds;
      const double variance = squares[i] / seeds - mean * mean;
      EXPECT_NEAR(mean, matrix[i], 5 * std::sqrt(std::max(variance, 0.0) / seeds) + 1e-5)
          << name_of(how) << " " << i;
    }
  }
}

TEST_P(SelectOn, RefusesMissingThresholdAndScales) {
  EXPECT_THROW(select(matrix, 4, Select::threshold, 0.5), ConfigError);
  OwnedPanels<float> panels(PanelLayout(1, 4, 4, {1, 1, 0.5, Select::panel, 2, Rescale::unbiased}));
  panels.view.index.scales = nullptr;
  const auto view = contiguous_matrix<const void*>(matrix.data(), DType::f32, 4, 4);
  const ExecutionContext context{GetParam(), nullptr};
  EXPECT_THROW(compress(context, view, panels.view, nullptr), ConfigError);
  EXPECT_THROW(select_blocks(context, view, panels.view.layout, panels.view.index, nullptr),
               ConfigError);
  EXPECT_THROW(gather_blocks(context, view, panels.view), ConfigError);
}

INSTANTIATE_TEST_SUITE_P(Host, SelectOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST(Select, CountsAreKnownFromShapesAlone) {
  const auto layout = [](Select how, Rescale rescale = Rescale::none) {
    return PanelLayout(2, 100, 30, {8, 8, 0.7, how, 32, rescale});  // 13 rows, 4 columns of blocks
  };
  EXPECT_EQ(layout(Select::row).kept_blocks(), 2 * 13 * 1);
  EXPECT_EQ(layout(Select::column).kept_blocks(), 2 * 4 * 4);
  EXPECT_EQ(layout(Select::global).kept_blocks(), 31);  // round(0.3 · 104)
  EXPECT_EQ(layout(Select::threshold).kept_blocks(), 31);
  EXPECT_EQ(layout(Select::random).kept_blocks(), layout(Select::panel).kept_blocks());
  EXPECT_EQ(layout(Select::global, Rescale::unbiased).index_bytes(),
            layout(Select::global).index_bytes() + 31 * 4);
}

TEST(Select, RefusesMoreKeptBlocksThanColumnStartsCount) {
  EXPECT_THROW(PanelLayout(1, 1 << 20, 1 << 14, {1, 1, 0.5, Select::global}), ShapeMismatch);
  EXPECT_NO_THROW(PanelLayout(1, 1 << 20, 1 << 14, {1, 1, 0.5}));
}

}  // namespace
}  // namespace actscope::kernels::test
