// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/image_codec.hpp"

namespace actscope::core {

/// A part of an image, in pixels.
struct CropBox {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// Requires the box to lie within the image.
RgbImage crop(const RgbImage& image, const CropBox& box);

/// Bicubic (a = −1/2) with antialiasing, to the bit what Pillow's Image.resize(…, BICUBIC) gives:
/// published accuracies are measured through it, and other libraries' bicubic differs.
/// Requires height, width >= 1
/// Source  github.com/python-pillow/Pillow, src/libImaging/Resample.c
RgbImage resize_bicubic(const RgbImage& image, std::int64_t height, std::int64_t width);

}  // namespace actscope::core
