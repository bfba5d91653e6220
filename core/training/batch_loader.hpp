// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "actscope/core/data/dataset.hpp"
#include "data/batch_prefetch.hpp"
#include "data/corrupt_images.hpp"

namespace actscope::core {

struct Batch {
  torch::Tensor images;               ///< [batch, channels, height, width] float32, normalized
  torch::Tensor labels;               ///< [batch] int64
  std::vector<std::int64_t> samples;  ///< places in the set; of held-out batches and image files
  std::vector<CorruptImage> corrupt;  ///< images that could not be read
};

/// Order of the training samples in an epoch: a permutation that depends on seed and epoch only.
std::vector<std::int64_t> epoch_order(std::int64_t samples, std::uint64_t seed,
                                      std::uint64_t epoch);

/// Shift and mirroring of one training image: a pure function of (seed, epoch, sample).
struct Augmentation {
  std::int64_t shift_rows = 0;
  std::int64_t shift_cols = 0;
  bool is_mirrored = false;
};
Augmentation draw_augmentation(const DataSet& data, std::uint64_t seed, std::uint64_t epoch,
                               std::int64_t sample);

/// Makes batches of float images from bytes, on the CPU. Image files are decoded ahead of the
/// steps, `workers` batches at once; batches do not depend on the workers.
class BatchLoader {
 public:
  /// `data` must outlive the loader.
  /// Requires workers >= 1
  BatchLoader(const DataSet& data, bool augment, std::uint64_t seed, std::int64_t workers = 1);

  /// No step from `total` on will be asked for: nothing is decoded for them.
  void expect_steps(std::int64_t total) { total_steps_ = total; }

  /// Training steps in an epoch; a last short batch is dropped.
  std::int64_t steps_per_epoch(std::int64_t batch) const;

  std::int64_t heldout_samples() const noexcept { return data_.heldout.samples; }

  /// The batch of a step counted from the start of training. In the place of an image file that
  /// cannot be read comes the next one of the set.
  /// Errors  DataError: not one image file can be read
  Batch train_batch(std::int64_t step, std::int64_t batch);

  /// Held-out samples [first, first + count), never augmented; image files that cannot be read are
  /// left out.
  Batch heldout_batch(std::int64_t first, std::int64_t count) const;

 private:
  std::vector<std::int64_t> samples_of(std::int64_t step, std::int64_t batch);
  Batch prefetched_batch(std::int64_t step, std::int64_t batch);

  const DataSet& data_;
  bool augment_;
  std::uint64_t seed_;
  std::int64_t total_steps_;
  std::int64_t order_epoch_ = -1;
  std::vector<std::int64_t> order_;
  BatchPrefetch prefetch_;
};

}  // namespace actscope::core
