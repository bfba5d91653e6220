// SPDX-License-Identifier: Apache-2.0
#include "training/batch_loader.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "actscope/base/split_mix.hpp"

namespace actscope::core {
namespace {

// Random crop: up to an eighth of the side in each direction, zeros outside.
std::int64_t largest_shift(const ImageSet& set) {
  return set.height / 8;
}

std::int64_t image_bytes(const ImageSet& set) {
  return set.channels * set.height * set.width;
}

// Writes one image normalized; outside pixels are byte 0.
void write_image(const DataSet& data, const ImageSet& set, const std::uint8_t* from,
                 const Augmentation& change, float* to) {
  for (std::int64_t c = 0; c < set.channels; ++c) {
    const float scale = 1 / (255 * data.stddev[static_cast<std::size_t>(c)]);
    const float offset =
        -data.mean[static_cast<std::size_t>(c)] / data.stddev[static_cast<std::size_t>(c)];
    const std::uint8_t* plane = from + c * set.height * set.width;
    for (std::int64_t row = 0; row < set.height; ++row) {
      const std::int64_t source_row = row + change.shift_rows;
      const bool is_row_inside = source_row >= 0 && source_row < set.height;
      for (std::int64_t col = 0; col < set.width; ++col) {
        std::int64_t source_col = col + change.shift_cols;
        if (change.is_mirrored) source_col = set.width - 1 - source_col;
        const bool is_inside = is_row_inside && source_col >= 0 && source_col < set.width;
        const float pixel = is_inside ? plane[source_row * set.width + source_col] : 0;
        *to++ = pixel * scale + offset;
      }
    }
  }
}

Batch empty_batch(const ImageSet& set, std::int64_t count) {
  return {torch::empty({count, set.channels, set.height, set.width}),
          torch::empty({count}, torch::kInt64),
          {},
          {}};
}

// The batch of decoded images.
Batch normalized(const DataSet& data, const ImageSet& set, PixelBatch decoded) {
  const auto count = static_cast<std::int64_t>(decoded.samples.size());
  Batch made = empty_batch(set, count);
  auto* images = made.images.data_ptr<float>();
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    write_image(data, set, decoded.pixels.data() + i * image_bytes(set), {},
                images + i * image_bytes(set));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const auto sample = static_cast<std::size_t>(decoded.samples[static_cast<std::size_t>(i)]);
    made.labels.data_ptr<std::int64_t>()[i] = set.labels[sample];
  }
  made.samples = std::move(decoded.samples);
  made.corrupt = std::move(decoded.corrupt);
  return made;
}

}  // namespace

std::vector<std::int64_t> epoch_order(std::int64_t samples, std::uint64_t seed,
                                      std::uint64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  SplitMix64 random(seed, epoch, ~std::uint64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {  // Fisher and Yates
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
  }
  return order;
}

Augmentation draw_augmentation(const DataSet& data, std::uint64_t seed, std::uint64_t epoch,
                               std::int64_t sample) {
  SplitMix64 random(seed, epoch, static_cast<std::uint64_t>(sample));
  const std::int64_t shift = largest_shift(data.train);
  const auto draw_shift = [&] {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * shift + 1))) -
           shift;
  };
  Augmentation change;
  change.shift_rows = draw_shift();
  change.shift_cols = draw_shift();
  change.is_mirrored = data.flips && random.below(2) == 1;
  return change;
}

BatchLoader::BatchLoader(const DataSet& data, bool augment, std::uint64_t seed,
                         std::int64_t workers)
    : data_(data),
      augment_(augment),
      seed_(seed),
      total_steps_(std::numeric_limits<std::int64_t>::max()),
      prefetch_(workers) {}

std::int64_t BatchLoader::steps_per_epoch(std::int64_t batch) const {
  return data_.train.samples / batch;
}

std::vector<std::int64_t> BatchLoader::samples_of(std::int64_t step, std::int64_t batch) {
  const std::int64_t epoch = step / steps_per_epoch(batch);
  if (epoch != order_epoch_) {
    order_ = epoch_order(data_.train.samples, seed_, static_cast<std::uint64_t>(epoch));
    order_epoch_ = epoch;
  }
  const auto first = order_.begin() + step % steps_per_epoch(batch) * batch;
  return {first, first + batch};
}

Batch BatchLoader::train_batch(std::int64_t step, std::int64_t batch) {
  const ImageSet& set = data_.train;
  if (!set.files.empty()) return prefetched_batch(step, batch);
  const std::vector<std::int64_t> samples = samples_of(step, batch);
  const auto epoch = static_cast<std::uint64_t>(step / steps_per_epoch(batch));
  Batch made = empty_batch(set, batch);
  auto* images = made.images.data_ptr<float>();
  auto* labels = made.labels.data_ptr<std::int64_t>();
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < batch; ++i) {
    const std::int64_t sample = samples[static_cast<std::size_t>(i)];
    const Augmentation change =
        augment_ ? draw_augmentation(data_, seed_, epoch, sample) : Augmentation{};
    write_image(data_, set, set.pixels.data() + sample * image_bytes(set), change,
                images + i * image_bytes(set));
    labels[i] = set.labels[static_cast<std::size_t>(sample)];
  }
  return made;
}

Batch BatchLoader::prefetched_batch(std::int64_t step, std::int64_t batch) {
  const std::int64_t steps_an_epoch = steps_per_epoch(batch);
  const auto make = [&](std::int64_t at) -> BatchPrefetch::Work {
    return [this, samples = samples_of(at, batch), epoch = at / steps_an_epoch] {
      return read_training_batch(data_.train, samples, augment_, seed_,
                                 static_cast<std::uint64_t>(epoch));
    };
  };
  return normalized(data_, data_.train, prefetch_.take(step, total_steps_, make));
}

Batch BatchLoader::heldout_batch(std::int64_t first, std::int64_t count) const {
  const ImageSet& set = data_.heldout;
  if (!set.files.empty()) return normalized(data_, set, read_heldout_batch(set, first, count));
  Batch made = empty_batch(set, count);
  for (std::int64_t i = 0; i < count; ++i) {
    write_image(data_, set, set.pixels.data() + (first + i) * image_bytes(set), {},
                made.images.data_ptr<float>() + i * image_bytes(set));
    made.labels.data_ptr<std::int64_t>()[i] = set.labels[static_cast<std::size_t>(first + i)];
    made.samples.push_back(first + i);
  }
  return made;
}

}  // namespace actscope::core
