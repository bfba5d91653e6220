// SPDX-License-Identifier: Apache-2.0
// Layouts of other libraries: by hand, round trips over shapes that divide nothing, hostile arrays.
#include "actscope/kernels/exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

template <class Index>
struct OwnedBsr {
  OwnedBsr(std::int64_t block_rows, std::int64_t blocks, std::int64_t block_elements)
      : row_starts(static_cast<std::size_t>(block_rows + 1), -9),
        columns(static_cast<std::size_t>(blocks), -9),
        values(static_cast<std::size_t>(blocks * block_elements), -9.0F) {}

  BsrArrays<Index, void*> view() {
    return {row_starts.data(), columns.data(), values.data(),
            static_cast<std::int64_t>(columns.size())};
  }
  BsrArrays<const Index, const void*> const_view() const {
    return {row_starts.data(), columns.data(), values.data(),
            static_cast<std::int64_t>(columns.size())};
  }

  std::vector<Index> row_starts, columns;
  std::vector<float> values;
};

template <class Index>
OwnedBsr<Index> bsr_of(const ConstBsrPanels& panels) {
  OwnedBsr<Index> bsr(bsr_block_rows(panels.layout), kept_blocks(panels.layout, panels.index),
                      panels.layout.block_elements());
  to_bsr(panels, bsr.view());
  return bsr;
}

// 3x5 in blocks of 2x2: block rows 2, block columns 3; the edge blocks are padded.
const std::vector<float> matrix{1, 2, 0, 0, 5,  //
                                3, 4, 0, 0, 6,  //
                                0, 0, 7, 8, 0};

OwnedPanels<float> panels_of_matrix() {
  OwnedPanels<float> panels(PanelLayout(1, 3, 5, {2, 2, 0.5}));
  compress(reference, contiguous_matrix<const void*>(matrix.data(), DType::f32, 3, 5), panels.view,
           nullptr);
  return panels;
}

template <class Index>
class Exchange : public testing::Test {};
using Indices = testing::Types<std::int32_t, std::int64_t>;
TYPED_TEST_SUITE(Exchange, Indices);

TYPED_TEST(Exchange, BsrByHand) {
  const OwnedPanels<float> panels = panels_of_matrix();
  const auto bsr = bsr_of<TypeParam>(as_const(panels.view));
  EXPECT_THAT(bsr.row_starts, ElementsAre(0, 2, 3));
  EXPECT_THAT(bsr.columns, ElementsAre(0, 2, 1));
  EXPECT_THAT(bsr.values, ElementsAre(1, 2, 3, 4, 5, 0, 6, 0, 7, 8, 0, 0));
}

TYPED_TEST(Exchange, CsrByHandLeavesPaddingOut) {
  const OwnedPanels<float> panels = panels_of_matrix();
  const ConstBsrPanels view = as_const(panels.view);
  ASSERT_EQ(csr_elements(view.layout, view.index), 8);
  std::vector<TypeParam> row_starts(4), columns(8);
  std::vector<float> values(8);
  to_csr(view, CsrArrays<TypeParam>{row_starts.data(), columns.data(), values.data(), 8});
  EXPECT_THAT(row_starts, ElementsAre(0, 3, 6, 8));
  EXPECT_THAT(columns, ElementsAre(0, 1, 4, 0, 1, 4, 2, 3));
  EXPECT_THAT(values, ElementsAre(1, 2, 5, 3, 4, 6, 7, 8));
}

TYPED_TEST(Exchange, RoundTripsKeepEveryBit) {
  for (const Select select : {Select::panel, Select::row, Select::column, Select::global}) {
    for (const auto& [groups, rows, cols] :
         {std::tuple<std::int64_t, std::int64_t, std::int64_t>{1, 1, 1},
          {3, 49, 31},
          {1, 300, 17},
          {2, 0, 5}}) {
      const PanelLayout layout(groups, rows, cols, {5, 3, 0.7, select, 20});
      const auto x = random_values<float>(groups * rows * cols, 4);
      OwnedPanels<float> panels(layout), back(layout);
      compress(reference, contiguous_groups<const void*>(x.data(), DType::f32, groups, rows, cols),
               panels.view, nullptr);
      from_bsr(bsr_of<TypeParam>(as_const(panels.view)).const_view(), back.view);
      EXPECT_EQ(back.mask, panels.mask);
      EXPECT_EQ(back.starts, panels.starts);
      EXPECT_EQ(back.values, panels.values);
      EXPECT_NO_THROW(validate_index(layout, as_const(back.view).index));
    }
  }
}

// A matrix that somebody else pruned: any count, columns in any order, marks in the padding.
TYPED_TEST(Exchange, TakesAForeignMatrix) {
  const PanelLayout layout = layout_for_bsr(3, 5, 2, 2, 2);
  OwnedBsr<TypeParam> bsr(2, 2, 4);
  bsr.row_starts = {0, 2, 2};
  bsr.columns = {2, 0};
  bsr.values = {5, 99, 6, 99, 1, 2, 3, 4};
  OwnedPanels<float> panels(layout);
  from_bsr(bsr.const_view(), panels.view);
  EXPECT_THAT(dense_of<float>(as_const(panels.view)),
              ElementsAre(1, 2, 0, 0, 5, 3, 4, 0, 0, 6, 0, 0, 0, 0, 0));
  EXPECT_THAT(panels.values, ElementsAre(1, 2, 3, 4, 5, 0, 6, 0));
}

TEST(ExchangeOfNothing, TakesAMatrixWithoutBlocks) {
  const PanelLayout layout = layout_for_bsr(4, 4, 2, 2, 0);
  const std::vector<std::int32_t> row_starts{0, 0, 0};
  OwnedPanels<float> panels(layout);
  from_bsr(BsrArrays<const std::int32_t, const void*>{row_starts.data(), nullptr, nullptr, 0},
           panels.view);
  EXPECT_EQ(dense_of<float>(as_const(panels.view)), std::vector<float>(16, 0.0F));
}

TYPED_TEST(Exchange, RefusesHostileArrays) {
  const OwnedPanels<float> good = panels_of_matrix();
  const auto refuses = [&](const auto& spoil) {
    auto bsr = bsr_of<TypeParam>(as_const(good.view));
    spoil(bsr);
    OwnedPanels<float> panels(good.view.layout);
    EXPECT_THROW(from_bsr(bsr.const_view(), panels.view), ShapeMismatch);
  };
  constexpr auto huge = std::numeric_limits<TypeParam>::max();
  refuses([](auto& bsr) { bsr.row_starts[0] = 1; });
  refuses([](auto& bsr) { bsr.row_starts[1] = -1; });
  refuses([](auto& bsr) { bsr.row_starts[1] = huge; });
  refuses([](auto& bsr) { bsr.row_starts[2] = 2; });
  refuses([](auto& bsr) { bsr.columns[0] = -1; });
  refuses([](auto& bsr) { bsr.columns[1] = 3; });
  refuses([](auto& bsr) { bsr.columns[2] = huge; });
  refuses([](auto& bsr) { bsr.columns[1] = bsr.columns[0]; });
  refuses([](auto& bsr) {  // one block fewer than the layout keeps
    bsr.row_starts = {0, 2, 2};
    bsr.columns.resize(2);
  });
  EXPECT_THROW((void)layout_for_bsr(4, 4, 2, 2, 5), ShapeMismatch);
  EXPECT_THROW((void)layout_for_bsr(4, 4, 2, 2, -1), ShapeMismatch);
}

TEST(ExchangeErrors, RefusesArraysOfAnotherLength) {
  const OwnedPanels<float> panels = panels_of_matrix();
  auto bsr = bsr_of<std::int32_t>(as_const(panels.view));
  bsr.columns.push_back(0);
  EXPECT_THROW(to_bsr(as_const(panels.view), bsr.view()), ShapeMismatch);
  EXPECT_THROW(to_csr(as_const(panels.view), CsrArrays<std::int64_t>{}), ShapeMismatch);
}

TEST(ExchangeErrors, RefusesAnIndexThatDisagreesWithItself) {
  OwnedPanels<float> panels = panels_of_matrix();
  const auto refuses = [&] {
    EXPECT_THROW(validate_index(panels.view.layout, as_const(panels.view).index), ShapeMismatch);
  };
  panels.mask[0] ^= 1U << 6;  // beyond six blocks
  refuses();
  panels.mask[0] ^= 1U << 6;
  panels.mask[0] ^= 1U;
  refuses();
  panels.mask[0] ^= 1U;
  panels.starts[1] += 1;
  refuses();
  panels.starts[1] -= 1;
  EXPECT_NO_THROW(validate_index(panels.view.layout, as_const(panels.view).index));
}

}  // namespace
}  // namespace actscope::kernels::test
