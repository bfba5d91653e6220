// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/split_mix.hpp"
#include "actscope/core/data/dataset.hpp"
#include "data/corrupt_images.hpp"

namespace actscope::core {

/// Decodes one file of a set into its shape, [3, height, width] bytes at `to`: the view of
/// evaluation, or where `random` is given that of training. Returns why the file is no usable image
/// (missing, truncated, damaged, more than 100 times as long as wide); empty where it is one.
std::string read_image(const ImageSet& set, std::int64_t sample,
                       const std::optional<SplitMix64>& random, std::uint8_t* to);

/// Images of a batch as bytes, before they are normalized.
struct PixelBatch {
  std::vector<std::uint8_t> pixels;  ///< [samples.size(), channels, height, width]
  std::vector<std::int64_t> samples;
  std::vector<CorruptImage> corrupt;  ///< met on the way, not among samples
};

/// Decodes these samples for training, drawing each view from (seed, epoch, sample), or the view
/// of evaluation without `augment`. In the place of an image that cannot be read comes the next of
/// the set that can.
/// Errors  DataError: not one image of the set can be read
PixelBatch read_training_batch(const ImageSet& set, const std::vector<std::int64_t>& samples,
                               bool augment, std::uint64_t seed, std::uint64_t epoch);

/// Decodes samples [first, first + count) for evaluation, with all threads; images that cannot be
/// read are left out.
PixelBatch read_heldout_batch(const ImageSet& set, std::int64_t first, std::int64_t count);

}  // namespace actscope::core
