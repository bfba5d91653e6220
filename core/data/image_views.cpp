// SPDX-License-Identifier: Apache-2.0
#include "data/image_views.hpp"

#include <algorithm>
#include <cmath>

namespace actscope::core {
namespace {

// Python's round(): halves to even.
std::int64_t half_of(std::int64_t difference) {
  return std::llrint(static_cast<double>(difference) / 2);
}

}  // namespace

RgbImage evaluation_view(const RgbImage& image, std::int64_t side) {
  constexpr double crop_share = 0.875;
  const auto shorter = static_cast<std::int64_t>(static_cast<double>(side) / crop_share);
  const auto scaled = [&](std::int64_t longer, std::int64_t other) {
    return static_cast<std::int64_t>(static_cast<double>(shorter) * static_cast<double>(longer) /
                                     static_cast<double>(other));
  };
  const bool is_tall = image.height > image.width;
  const RgbImage resized =
      resize_bicubic(image, is_tall ? scaled(image.height, image.width) : shorter,
                     is_tall ? shorter : scaled(image.width, image.height));
  return crop(resized, {half_of(resized.height - side), half_of(resized.width - side), side, side});
}

CropBox draw_crop(std::int64_t height, std::int64_t width, SplitMix64& random) {
  constexpr double least_share = 0.08, least_ratio = 3.0 / 4, most_ratio = 4.0 / 3;
  const double area = static_cast<double>(height) * static_cast<double>(width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double part = area * (least_share + (1 - least_share) * random.uniform());
    const double ratio = std::exp(
        std::log(least_ratio) + (std::log(most_ratio) - std::log(least_ratio)) * random.uniform());
    const auto w = static_cast<std::int64_t>(std::llrint(std::sqrt(part * ratio)));
    const auto h = static_cast<std::int64_t>(std::llrint(std::sqrt(part / ratio)));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto top = random.below(static_cast<std::uint64_t>(height - h + 1));
    const auto left = random.below(static_cast<std::uint64_t>(width - w + 1));
    return {static_cast<std::int64_t>(top), static_cast<std::int64_t>(left), h, w};
  }
  const auto limited = [](std::int64_t length, std::int64_t other) {
    const double most = static_cast<double>(other) * most_ratio;
    return std::min(length, std::max<std::int64_t>(1, std::llrint(most)));
  };
  const std::int64_t h = limited(height, width), w = limited(width, height);
  return {(height - h) / 2, (width - w) / 2, h, w};
}

RgbImage training_view(const RgbImage& image, std::int64_t side, SplitMix64 random) {
  const CropBox box = draw_crop(image.height, image.width, random);
  RgbImage view = resize_bicubic(crop(image, box), side, side);
  if (random.below(2) == 0) return view;
  for (std::int64_t row = 0; row < side; ++row) {
    std::uint8_t* pixels = view.pixels.data() + 3 * row * side;
    for (std::int64_t left = 0, right = side - 1; left < right; ++left, --right) {
      std::swap_ranges(pixels + 3 * left, pixels + 3 * left + 3, pixels + 3 * right);
    }
  }
  return view;
}

}  // namespace actscope::core
