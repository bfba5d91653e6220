// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope {

/// What a field of a configuration decides.
enum class FieldRole {
  training,     ///< what is learned, whatever is compressed: model, data, length, optimizer
  compression,  ///< what is kept for backward, and how
  seed,         ///< the draw: runs that differ in it alone are samples of one configuration
  measuring,    ///< how fast it goes and what is recorded meanwhile
  place,        ///< where files are read and written
};

/// Visits every field of a configuration once, as visit(name, role, field), in the order of its
/// documents: writing, reading, naming and comparing know the same fields and cannot drift apart.
/// Config is RunConfig or const RunConfig. A new field of RunConfig has its role here or nowhere.
template <class Config, class Visit>
void for_each_field(Config& c, const Visit& visit) {
  using enum FieldRole;
  visit("model", training, c.model);
  visit("dim", training, c.dim);
  visit("depth", training, c.depth);
  visit("patch", training, c.patch);
  visit("image_size", training, c.image_size);
  visit("classes", training, c.classes);
  visit("data", training, c.data);
  visit("data_dir", place, c.data_dir);
  visit("train_samples", training, c.train_samples);
  visit("heldout_samples", training, c.heldout_samples);  // what the accuracies are measured on
  visit("augment", training, c.augment);
  visit("max_corrupt_share", training, c.max_corrupt_share);
  visit("data_workers", measuring, c.data_workers);
  visit("scheme", compression, c.scheme);
  visit("block_rows", compression, c.block_rows);
  visit("block_cols", compression, c.block_cols);
  visit("sparsity_ratio", compression, c.sparsity_ratio);
  visit("select", compression, c.select);
  visit("schedule", compression, c.schedule);
  visit("slots", compression, c.slot_overrides);
  visit("operands", compression, c.operand_overrides);
  visit("epochs", training, c.epochs);
  visit("steps", training, c.steps);
  visit("batch", training, c.batch);
  visit("seed", seed, c.seed);
  visit("learning_rate", training, c.learning_rate);
  visit("weight_decay", training, c.weight_decay);
  visit("warmup_ratio", training, c.warmup_ratio);
  visit("label_smoothing", training, c.label_smoothing);
  visit("optimizer", training, c.optimizer);
  visit("drop_path_ratio", training, c.drop_path_ratio);
  visit("ema_decay", training, c.ema_decay);
  visit("device", training, c.device);
  visit("dtype", training, c.dtype);
  visit("threads", measuring, c.threads);
  visit("workspace_bytes", compression, c.workspace_bytes);
  visit("budget_bytes", compression, c.budget_bytes);
  visit("gradient_errors", measuring, c.gradient_errors);
  visit("trace", measuring, c.trace);
  visit("weights", training, c.weights);
  visit("save_weights", place, c.save_weights);
  visit("weights_names", place, c.weights_names);
  visit("checkpoint_every", place, c.checkpoint_every);
  visit("out", place, c.out);
}

}  // namespace actscope
