// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/run_record.hpp"

namespace actscope::reports::test {

/// A small complete run record; figures are made up but consistent.
inline RunRecord small_run(const std::string& scheme = "exact", std::int64_t saved_bytes = 600) {
  RunRecord record;
  record.config.scheme = scheme;
  record.config.dim = 64;
  record.config.batch = 32;
  record.config.seed = 3;
  record.config.slot_overrides = {"blocks.0.h=int8"};
  record.environment.program_version = "0.1.0";
  record.environment.git_revision = "abc";
  record.environment.features = {"cpu", "torch"};
  record.environment.cpu = "a processor";
  record.environment.cores = 2;
  record.environment.threads = 2;
  record.environment.host = "somewhere";
  record.environment.started_at = "2026-01-02T03:04:05Z";
  record.environment.pid = 77;
  record.parameters = 1234;
  record.train_samples = 640;
  record.heldout_samples = 100;
  record.data_sha256 = std::string(64, 'a');
  record.layer_names = {"stem", "blocks.0", "tail", "loss"};
  record.layers = {{"stem", {}}, {"blocks.0", {}}};
  SlotFootprint x;
  x.name = "x";
  x.store = "keep";
  x.dense_bytes = 1400;
  x.predicted_bytes = saved_bytes;
  x.stored_bytes = saved_bytes;
  record.layers[1].slots.push_back(x);
  RunSummary& s = record.summary;
  s.peak_bytes = Measured<std::int64_t>::of(9000 + saved_bytes);
  s.saved_bytes = Measured<std::int64_t>::of(saved_bytes);
  s.dense_saved_bytes = 1400;
  s.predicted_saved_bytes = saved_bytes;
  s.residual_bytes = Measured<std::int64_t>::of(0);
  s.workspace_bytes = 1 << 20;
  s.step_time_s = Measured<double>::of(0.25);
  s.images_per_s = Measured<double>::of(128);
  s.train_loss = Measured<double>::of(1.5);
  s.heldout_accuracy_ratio = Measured<double>::of(0.815);
  s.steps = 20;
  s.weights_sha256 = std::string(64, 'b');
  AccuracyPoint point;
  point.epoch = 1;
  point.step = 20;
  point.elapsed_s = 5;
  point.train_loss = Measured<double>::of(1.5);
  point.train_accuracy_ratio = Measured<double>::of(0.5);
  point.heldout_loss = Measured<double>::missing("the loss is not finite");
  point.heldout_accuracy_ratio = Measured<double>::of(0.815);
  record.accuracy.push_back(point);
  record.step_times_s = {0.3, 0.25};
  record.warnings = {"a warning with <html> & \"quotes\""};
  return record;
}

}  // namespace actscope::reports::test
