// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/split_mix.hpp"
#include "data/resample.hpp"

namespace actscope::core {

/// What evaluation sees of an image: the shorter side resized to side / .875, the middle cut out.
/// Source  timm's evaluation transform of the published ResMLPs; torchvision Resize, CenterCrop
RgbImage evaluation_view(const RgbImage& image, std::int64_t side);

/// A random part: 8 to 100 % of the area, 3:4 to 4:3, else the largest middle part in these ratios.
/// Source  Szegedy et al., arXiv:1409.4842; torchvision RandomResizedCrop
CropBox draw_crop(std::int64_t height, std::int64_t width, SplitMix64& random);

/// What training sees: a random part resized to side × side, mirrored with probability one half.
RgbImage training_view(const RgbImage& image, std::int64_t side, SplitMix64 random);

}  // namespace actscope::core
