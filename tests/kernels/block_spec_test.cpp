// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/block_spec.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "actscope/base/error.hpp"

namespace actscope::kernels {
namespace {

TEST(BlockSpec, TakesTheEdgesAndRefusesWhatIsBeyond) {
  EXPECT_NO_THROW(BlockSpec().validate());
  EXPECT_NO_THROW((BlockSpec{1, 1024, 0}).validate());
  for (const double sparsity : {-0.1, 1.0, std::nan("")}) {
    EXPECT_THROW((BlockSpec{16, 16, sparsity}).validate(), ConfigError) << sparsity;
  }
  for (const std::int64_t side : {0, 1025}) {
    EXPECT_THROW((BlockSpec{side, 16}).validate(), UnsupportedBlockSize) << side;
    EXPECT_THROW((BlockSpec{16, side}).validate(), UnsupportedBlockSize) << side;
  }
  EXPECT_THROW((BlockSpec{16, 16, 0.5, Select::panel, -1}).validate(), ConfigError);
}

TEST(BlockSpec, DescribesItself) {
  EXPECT_EQ(describe(BlockSpec{16, 16, 0.8}), "16x16 at 80 %");
  EXPECT_EQ(describe(BlockSpec{8, 64, 0.5, Select::row, 128, Rescale::unbiased}),
            "8x64 at 50 %, row, unbiased");
}

TEST(Selections, HaveNamesAndNoneThatThereIsNotIsAnother) {
  EXPECT_EQ(name_of(Select::panel), "panel");
  EXPECT_EQ(name_of(Select::row), "row");
  EXPECT_EQ(name_of(Select::column), "column");
  EXPECT_EQ(name_of(Select::global), "global");
  EXPECT_EQ(name_of(Select::random), "random");
  EXPECT_EQ(name_of(Select::threshold), "threshold");
  EXPECT_THROW(name_of(static_cast<Select>(6)), Error);
}

}  // namespace
}  // namespace actscope::kernels
