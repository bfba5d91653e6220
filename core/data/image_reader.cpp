// SPDX-License-Identifier: Apache-2.0
#include "data/image_reader.hpp"

#include <algorithm>
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "data/image_views.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t largest_file_bytes = std::int64_t{1} << 28;
constexpr std::int64_t most_longish = 100;

std::size_t image_bytes(const ImageSet& set) {
  return static_cast<std::size_t>(set.channels * set.height * set.width);
}

bool is_too_long(const RgbImage& image) {
  return image.height / image.width > most_longish || image.width / image.height > most_longish;
}

}  // namespace

std::string read_image(const ImageSet& set, std::int64_t sample,
                       const std::optional<SplitMix64>& random, std::uint8_t* to) {
  const std::string& path = set.files[static_cast<std::size_t>(sample)];
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return "no such file";
  std::string bytes;
  try {
    bytes = read_file(path, largest_file_bytes);
  } catch (const DataError& error) {
    return error.what();
  }
  const auto [image, reason] = decode_image(bytes);
  if (!image) return reason;
  if (is_too_long(*image)) return "it is more than 100 times as long as wide";
  const RgbImage view =
      random ? training_view(*image, set.height, *random) : evaluation_view(*image, set.height);
  const std::int64_t plane = set.height * set.width;
  for (std::int64_t i = 0; i < plane; ++i) {
    for (std::int64_t c = 0; c < 3; ++c) {
      to[c * plane + i] = view.pixels[static_cast<std::size_t>(3 * i + c)];
    }
  }
  return {};
}

PixelBatch read_training_batch(const ImageSet& set, const std::vector<std::int64_t>& samples,
                               bool augment, std::uint64_t seed, std::uint64_t epoch) {
  PixelBatch batch;
  batch.samples = samples;
  batch.pixels.resize(samples.size() * image_bytes(set));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int64_t& sample = batch.samples[i];
    std::optional<SplitMix64> random;
    if (augment) random.emplace(seed, epoch, static_cast<std::uint64_t>(sample));
    while (true) {
      std::string reason =
          read_image(set, sample, random, batch.pixels.data() + i * image_bytes(set));
      if (reason.empty()) break;
      batch.corrupt.push_back({sample, std::move(reason)});
      sample = (sample + 1) % set.samples;
      if (sample != samples[i]) continue;
      throw DataError(
          error_text("not one training image can be read",
                     "the first is " + set.files.front() + ": " + batch.corrupt.back().reason,
                     "check --data-dir"));
    }
  }
  return batch;
}

PixelBatch read_heldout_batch(const ImageSet& set, std::int64_t first, std::int64_t count) {
  PixelBatch batch;
  batch.pixels.resize(static_cast<std::size_t>(count) * image_bytes(set));
  std::vector<std::string> reasons(static_cast<std::size_t>(count));
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    reasons[at] = read_image(set, first + i, {}, batch.pixels.data() + at * image_bytes(set));
  }
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const std::int64_t sample = first + static_cast<std::int64_t>(i);
    if (!reasons[i].empty()) {
      batch.corrupt.push_back({sample, std::move(reasons[i])});
      continue;
    }
    const auto from = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_bytes(set));
    std::copy_n(from, image_bytes(set),
                batch.pixels.begin() +
                    static_cast<std::ptrdiff_t>(batch.samples.size() * image_bytes(set)));
    batch.samples.push_back(sample);
  }
  batch.pixels.resize(batch.samples.size() * image_bytes(set));
  return batch;
}

}  // namespace actscope::core
