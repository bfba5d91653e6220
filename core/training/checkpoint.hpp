// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/optim/adamw.h>

#include <cstdint>

#include "actscope/base/run_config.hpp"
#include "actscope/core/data/dataset.hpp"
#include "training/training_progress.hpp"
#include "training/weight_average.hpp"

namespace actscope::core {

/// What a checkpoint holds of a training run, and what tells that it is of the same run.
struct TrainingState {
  const RunConfig& config;
  const DataSet& data;
  torch::nn::Module& model;
  const WeightAverage* average;  ///< null where the weights are not averaged
  torch::optim::AdamW& optimizer;
  TrainingProgress& progress;
  std::int64_t total_steps = 0;
};

/// Writes checkpoint.safetensors into config.out, which it makes if need be, whole or not at all.
/// Errors  EnvironmentError: it cannot be written
void save_checkpoint(const TrainingState& state);

/// Reads it. Everything is checked before anything of the run is changed.
/// Errors  DataError: there is none, it is damaged, or of another configuration or other data
void load_checkpoint(const TrainingState& state);

}  // namespace actscope::core
