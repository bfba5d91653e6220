// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/drop_path.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

TEST(DropPath, SkipsTheShareItSaysAndKeepsTheMean) {
  const DropPath drop_path{.ratio = 0.25, .seed = 3, .step = 7};
  double sum = 0;
  int skipped = 0;
  constexpr int images = 20'000;
  for (int image = 0; image < images; ++image) {
    const double factor = drop_path.factor(4, BlockHalf::channels, image);
    EXPECT_TRUE(factor == 0 || factor == 1 / 0.75);
    skipped += factor == 0 ? 1 : 0;
    sum += factor;
  }
  // Four standard deviations of a share of 20,000: 1.2 %.
  EXPECT_NEAR(static_cast<double>(skipped) / images, 0.25, 0.0125);
  EXPECT_NEAR(sum / images, 1, 0.02);
}

TEST(DropPath, DrawsAnewForEverySeedStepBlockHalfAndImage) {
  const auto draws = [](std::uint64_t seed, std::int64_t step, std::int64_t block,
                        BlockHalf half = BlockHalf::tokens) {
    std::vector<double> factors;
    for (std::int64_t image = 0; image < 64; ++image) {
      factors.push_back(DropPath{0.5, seed, step}.factor(block, half, image));
    }
    return factors;
  };
  EXPECT_EQ(draws(1, 2, 0), draws(1, 2, 0));
  EXPECT_NE(draws(1, 2, 0), draws(2, 2, 0));
  EXPECT_NE(draws(1, 2, 0), draws(1, 3, 0));
  EXPECT_NE(draws(1, 2, 0), draws(1, 2, 1));
  EXPECT_NE(draws(1, 2, 0), draws(1, 2, 0, BlockHalf::channels));
  EXPECT_NE(draws(1, 2, 1), draws(1, 2, 0, BlockHalf::channels));
}

TEST(AddDropPath, CountsAFactorAnImageAndHalfInEveryBlock) {
  const ResMlpGeometry geometry{.depth = 3};
  RunConfig config;
  FootprintRecord record =
      predict_footprint(geometry, make_scheme(config, geometry), 8, ElementType::fp64, 1 << 20);
  const FootprintTotals before = record.totals;
  add_drop_path(record, geometry, ElementType::fp64, 0);
  EXPECT_EQ(record.totals.saved_bytes, before.saved_bytes);
  add_drop_path(record, geometry, ElementType::fp64, 0.1);
  EXPECT_EQ(record.totals.saved_bytes, before.saved_bytes + 3 * 2 * 8 * 8);
  EXPECT_EQ(record.totals.dense_saved_bytes, before.dense_saved_bytes + 3 * 2 * 8 * 8);
  EXPECT_EQ(record.layers.at(1).slots.back().name, "drop_path");
  EXPECT_EQ(record.layers.at(3).slots.back().name, "drop_path");
  EXPECT_EQ(record.layers.at(3).slots.back().predicted_bytes, 128);
}

}  // namespace
}  // namespace actscope::core
