// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/core/data/dataset.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/sparsity_schedule.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/tracer/store_ledger.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "data/corrupt_images.hpp"
#include "training/batch_loader.hpp"
#include "training/checkpoint.hpp"
#include "training/gradient_probe.hpp"
#include "training/step_ledger.hpp"
#include "training/step_tracer.hpp"
#include "training/training_record.hpp"
#include "training/weight_average.hpp"

namespace actscope::core {

/// Model, optimizer, data and counters of one training run; one call a step.
class TrainingSession {
 public:
  TrainingSession(const RunConfig& config, const TrainingHooks& hooks);

  std::int64_t total_steps() const noexcept { return total_steps_; }
  bool is_epoch_end() const;

  /// One step of forward, loss, backward and optimizer. Returns the loss.
  double step();
  /// Evaluates the model, or its average where there is one, on held-out data and adds a point to
  /// the accuracy curves.
  void evaluate();

  /// The first parameter with a non-finite value, or empty.
  std::string first_non_finite_parameter() const;
  /// The first layer whose output was not finite in the step whose loss was not; empty: none.
  const std::string& first_non_finite_layer() const noexcept { return non_finite_layer_; }

  /// What a checkpoint holds of the session.
  TrainingState state();

  /// Returns when everything that the steps so far left to other threads has reached the trace.
  void flush_trace() { tracer_.flush(); }

  /// Ends the trace and fills everything a run measured into `record`. Afterwards the parameters
  /// are those to save: the average where there is one. Call it once, last.
  void fill(RunRecord& record);

  TrainingProgress& progress() { return progress_; }
  const torch::nn::Module& model() const { return *model_; }

 private:
  void set_learning_rate();
  bool is_ledger_step() const;
  void set_scheme();
  void predict_bytes();
  double traced_step(const Batch& batch, std::int64_t& correct);
  torch::Tensor measured_forward(const Batch& batch, torch::Tensor& logits);
  void add_saved(std::int64_t saved_bytes, tracer::StoreLedger&& ledger);
  void require_predicted(const tracer::StoreLedger& ledger) const;

  RunConfig config_;
  const TrainingHooks& hooks_;
  torch::Device device_;
  tracer::MemoryDevice memory_;
  DataSet data_;
  Scheme scheme_;  ///< with all of its sparsity
  SparsitySchedule schedule_;
  FootprintRecord footprint_;
  std::unique_ptr<ResMlp> model_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;  // or Lamb, which is one
  std::unique_ptr<WeightAverage> average_;          // null without --ema
  std::unique_ptr<BatchLoader> loader_;
  std::unique_ptr<CorruptImages> corrupt_train_, corrupt_heldout_;
  std::int64_t total_steps_ = 0;
  TrainingProgress progress_;
  SavedMeasurement saved_;  ///< of this process
  std::int64_t peak_bytes_ = 0;
  std::string non_finite_layer_;
  StepTracer tracer_;
  GradientProbe probe_;
  std::unique_ptr<StepLedger> graph_;  // of one step
};

}  // namespace actscope::core
