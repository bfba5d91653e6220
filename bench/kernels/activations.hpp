// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::bench {

/// Geometry of the measured shapes: ResMLP-S12's.
inline constexpr std::int64_t channels = 384;
inline constexpr std::int64_t hidden = 1536;
inline constexpr std::int64_t positions = 196;

/// What the slots of one block hold in a training step.
///
/// Shapes  z [tokens, channels] (fc1); u [tokens, hidden] (fc2); y [images·positions, channels]
struct Activations {
  std::int64_t tokens = 0;
  std::int64_t images = 0;  ///< whole ones in tokens, at least 1
  std::vector<float> z, u, y;
  std::string origin;       ///< a sentence
  std::string norm_reason;  ///< why a norm of these says nothing; empty: they are real
};

/// Trains a plain ResMLP of this geometry for settings.train_steps steps and records the slots of
/// its middle block; a build without LibTorch gives normally distributed numbers.
///
/// Effects  deterministic for equal settings; sets LibTorch's threads
/// Errors   DataError: the data set is there and broken
Activations record_activations(const KernelsSettings& settings);

}  // namespace actscope::bench
