// SPDX-License-Identifier: Apache-2.0
#include "data/resample.hpp"

#include <gmock/gmock.h>

namespace actscope::core {
namespace {

using testing::Each;
using testing::ElementsAre;

RgbImage gray(std::int64_t height, std::int64_t width, const std::vector<std::uint8_t>& values) {
  RgbImage image{height, width, {}};
  for (const std::uint8_t value : values) image.pixels.insert(image.pixels.end(), 3, value);
  return image;
}

std::vector<int> first_channel(const RgbImage& image) {
  std::vector<int> values;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
  return values;
}

TEST(Crop, TakesARectangle) {
  const RgbImage image = gray(3, 3, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  const RgbImage part = crop(image, {1, 1, 2, 1});
  EXPECT_EQ(part.height, 2);
  EXPECT_EQ(part.width, 1);
  EXPECT_THAT(first_channel(part), ElementsAre(4, 7));
}

TEST(ResizeBicubic, LeavesAnImageOfTheSizeAsItIs) {
  const RgbImage image = gray(2, 3, {9, 200, 7, 255, 0, 31});
  EXPECT_EQ(resize_bicubic(image, 2, 3).pixels, image.pixels);
}

TEST(ResizeBicubic, KeepsAConstant) {
  const RgbImage image = gray(5, 7, std::vector<std::uint8_t>(35, 173));
  for (std::int64_t side : {1, 2, 5, 16}) {
    const RgbImage resized = resize_bicubic(image, side, 2 * side);
    EXPECT_EQ(resized.pixels.size(), static_cast<std::size_t>(6 * side * side));
    EXPECT_THAT(resized.pixels, Each(173));
  }
}

// By hand, in both directions, the weights of the pixels that are there scaled to a sum of 1.
TEST(ResizeBicubic, WeighsByTheStretchedKernel) {
  const auto kernel = [](double x) {
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : -0.5 * (((x - 5) * x + 8) * x - 4);
  };
  // Output 0 has pixels 0, 1, 2, 3 at −.25, .25, .75 and 1.25.
  const double weights[] = {kernel(.25), kernel(.25), kernel(.75), kernel(1.25)};
  const double sum = weights[0] + weights[1] + weights[2] + weights[3];
  const int expected = static_cast<int>(255 * (weights[2] + weights[3]) / sum + 0.5);
  EXPECT_THAT(first_channel(resize_bicubic(gray(1, 4, {0, 0, 255, 255}), 1, 2)),
              ElementsAre(expected, 255 - expected));
  EXPECT_THAT(first_channel(resize_bicubic(gray(4, 1, {0, 0, 255, 255}), 2, 1)),
              ElementsAre(expected, 255 - expected));
}

TEST(ResizeBicubic, OvershootsAreCut) {
  const RgbImage resized = resize_bicubic(gray(1, 4, {0, 0, 255, 255}), 1, 16);
  EXPECT_EQ(first_channel(resized).front(), 0);
  EXPECT_EQ(first_channel(resized).back(), 255);
}

}  // namespace
}  // namespace actscope::core
