// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/core/training/training.hpp"

namespace actscope::core {

/// A run of a moment: 8 steps an epoch on 8×8 px, one thread.
inline RunConfig tiny_run(const std::string& scheme = "dense") {
  RunConfig config;
  config.data = "synthetic";
  config.image_size = 8;
  config.patch = 2;
  config.dim = 8;
  config.depth = 2;
  config.classes = 4;
  config.train_samples = 64;
  config.heldout_samples = 20;
  config.batch = 8;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.5;
  config.threads = 1;
  return config;
}

/// Stops after `steps` steps.
inline TrainingHooks stop_after(std::int64_t steps) {
  TrainingHooks hooks;
  hooks.stop_requested = [asked = std::int64_t{0}, steps]() mutable { return ++asked >= steps; };
  return hooks;
}

}  // namespace actscope::core
