// SPDX-License-Identifier: Apache-2.0
#include "data/image_views.hpp"

#include <gmock/gmock.h>

#include <set>

namespace actscope::core {
namespace {

// Red tells the row, green the column.
RgbImage ramp(std::int64_t height, std::int64_t width) {
  RgbImage image{height, width, {}};
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t col = 0; col < width; ++col) {
      image.pixels.push_back(static_cast<std::uint8_t>(row * 255 / height));
      image.pixels.push_back(static_cast<std::uint8_t>(col * 255 / width));
      image.pixels.push_back(0);
    }
  }
  return image;
}

TEST(EvaluationView, IsTheMiddleWhateverTheShape) {
  for (const auto& [height, width] :
       {std::pair{64, 64}, {64, 200}, {200, 64}, {9, 9}, {1, 1}, {300, 31}}) {
    const RgbImage view = evaluation_view(ramp(height, width), 28);
    EXPECT_EQ(view.height, 28);
    EXPECT_EQ(view.width, 28);
    EXPECT_EQ(view.pixels.size(), 3U * 28U * 28U);
  }
  const RgbImage view = evaluation_view(ramp(64, 200), 28);
  const auto center = static_cast<std::size_t>(3 * (14 * 28 + 14));
  EXPECT_NEAR(view.pixels[center], 127, 6);
  EXPECT_NEAR(view.pixels[center + 1], 127, 6);
}

TEST(DrawCrop, StaysInsideAndWithinShareAndRatio) {
  std::set<std::int64_t> tops;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SplitMix64 random(seed);
    const CropBox box = draw_crop(60, 90, random);
    ASSERT_GE(box.top, 0);
    ASSERT_GE(box.left, 0);
    ASSERT_LE(box.top + box.height, 60);
    ASSERT_LE(box.left + box.width, 90);
    // One pixel of rounding a side.
    ASSERT_GE((box.height + 1) * (box.width + 1), 0.08 * 60 * 90);
    ASSERT_LE(static_cast<double>(box.width - 1) / static_cast<double>(box.height + 1), 4.0 / 3);
    ASSERT_GE(static_cast<double>(box.width + 1) / static_cast<double>(box.height - 1), 3.0 / 4);
    tops.insert(box.top);
  }
  EXPECT_GT(tops.size(), 20U);
}

TEST(DrawCrop, TakesTheMiddleOfAnImageThatIsTooLongForAnyDraw) {
  SplitMix64 random(1);
  const CropBox box = draw_crop(1000, 2, random);
  EXPECT_EQ(box.width, 2);
  EXPECT_EQ(box.height, 3);
  EXPECT_EQ(box.top, 498);
}

TEST(TrainingView, IsAPureFunctionOfItsStreamAndMirrorsHalf) {
  const RgbImage image = ramp(40, 40);
  int mirrored = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const RgbImage view = training_view(image, 16, SplitMix64(seed));
    ASSERT_EQ(view.pixels, training_view(image, 16, SplitMix64(seed)).pixels);
    ASSERT_EQ(view.pixels.size(), 3U * 16U * 16U);
    mirrored += view.pixels[1] > view.pixels[3 * 15 + 1] ? 1 : 0;
  }
  EXPECT_NEAR(mirrored, 100, 30);
}

}  // namespace
}  // namespace actscope::core
