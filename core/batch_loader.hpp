// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "actscope/core/dataset.hpp"

namespace actscope::core {

struct Batch {
  torch::Tensor images;  ///< [batch, channels, height, width] float32, normalized
  torch::Tensor labels;  ///< [batch] int64
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

/// Makes batches of float images from bytes, on the CPU.
class BatchLoader {
 public:
  /// `data` must outlive the loader.
  explicit BatchLoader(const DataSet& data, bool augment, std::uint64_t seed);

  /// Training steps in an epoch; a last short batch is dropped.
  std::int64_t steps_per_epoch(std::int64_t batch) const;

  /// The batch of a step counted from the start of training.
  Batch train_batch(std::int64_t step, std::int64_t batch);

  /// Held-out samples [first, first + count), never augmented.
  Batch heldout_batch(std::int64_t first, std::int64_t count) const;

 private:
  const DataSet& data_;
  bool augment_;
  std::uint64_t seed_;
  std::int64_t order_epoch_ = -1;
  std::vector<std::int64_t> order_;
};

}  // namespace actscope::core
