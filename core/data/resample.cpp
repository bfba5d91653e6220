// SPDX-License-Identifier: Apache-2.0
#include "data/resample.hpp"

#include <algorithm>
#include <cmath>

namespace actscope::core {
namespace {

constexpr int precision_bits = 32 - 8 - 2;

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// The input pixels of one output pixel, with fixed-point weights.
struct Window {
  std::int64_t first = 0;
  std::vector<std::int32_t> weights;
};

std::vector<Window> windows_of(std::int64_t in, std::int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double filter_scale = std::max(scale, 1.0);
  const double support = 2 * filter_scale;
  std::vector<Window> windows(static_cast<std::size_t>(out));
  std::vector<double> weights;
  for (std::int64_t x = 0; x < out; ++x) {
    const double center = (static_cast<double>(x) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - support + 0.5));
    const auto end = std::min(in, static_cast<std::int64_t>(center + support + 0.5));
    weights.clear();
    double sum = 0;
    for (std::int64_t i = first; i < end; ++i) {
      weights.push_back(bicubic((static_cast<double>(i) - center + 0.5) * (1 / filter_scale)));
      sum += weights.back();
    }
    Window& window = windows[static_cast<std::size_t>(x)];
    window.first = first;
    for (const double weight : weights) {
      const double fixed = (sum != 0 ? weight / sum : weight) * (1 << precision_bits);
      window.weights.push_back(static_cast<std::int32_t>(fixed + (fixed < 0 ? -0.5 : 0.5)));
    }
  }
  return windows;
}

// Σ of a window's pixels, `stride` bytes apart from `from` on.
std::uint8_t weighted(const Window& window, const std::uint8_t* from, std::int64_t stride) {
  std::int32_t sum = 1 << (precision_bits - 1);
  for (const std::int32_t weight : window.weights) {
    sum += *from * weight;
    from += stride;
  }
  return static_cast<std::uint8_t>(std::clamp(sum >> precision_bits, 0, 255));
}

}  // namespace

RgbImage crop(const RgbImage& image, const CropBox& box) {
  RgbImage result{box.height, box.width, {}};
  result.pixels.reserve(static_cast<std::size_t>(3 * box.height * box.width));
  for (std::int64_t row = 0; row < box.height; ++row) {
    const auto* from = image.pixels.data() + 3 * ((box.top + row) * image.width + box.left);
    result.pixels.insert(result.pixels.end(), from, from + 3 * box.width);
  }
  return result;
}

RgbImage resize_bicubic(const RgbImage& image, std::int64_t height, std::int64_t width) {
  // Rows first, columns second, rounding between: that is Pillow's order.
  RgbImage narrow{image.height, width, {}};
  if (width == image.width) {
    narrow.pixels = image.pixels;
  } else {
    narrow.pixels.resize(static_cast<std::size_t>(3 * image.height * width));
    const std::vector<Window> windows = windows_of(image.width, width);
    std::uint8_t* to = narrow.pixels.data();
    for (std::int64_t row = 0; row < image.height; ++row) {
      const std::uint8_t* from = image.pixels.data() + 3 * row * image.width;
      for (const Window& window : windows) {
        for (int c = 0; c < 3; ++c) *to++ = weighted(window, from + 3 * window.first + c, 3);
      }
    }
  }
  if (height == image.height) return narrow;
  RgbImage result{height, width, {}};
  result.pixels.resize(static_cast<std::size_t>(3 * height * width));
  std::uint8_t* to = result.pixels.data();
  for (const Window& window : windows_of(image.height, height)) {
    const std::uint8_t* from = narrow.pixels.data() + 3 * window.first * width;
    for (std::int64_t i = 0; i < 3 * width; ++i) *to++ = weighted(window, from + i, 3 * width);
  }
  return result;
}

}  // namespace actscope::core
