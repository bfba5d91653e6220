// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/evaluation.hpp"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/error.hpp"
#include "actscope/core/data/dataset.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"
#include "data/corrupt_images.hpp"
#include "training/heldout.hpp"
#include "training/safetensors.hpp"
#include "training/torch_threads.hpp"

namespace actscope::core {
namespace {

// Tells the predictions of a batch one by one; notes the first image with a non-finite logit.
void tell(const Batch& batch, const torch::Tensor& logits, const EvaluationHooks& hooks,
          EvaluationRecord& record) {
  const torch::Tensor rows = logits.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto classes = static_cast<std::size_t>(rows.size(1));
  const auto* labels = batch.labels.const_data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    const std::span<const float> row(rows.const_data_ptr<float>() + i * classes, classes);
    const bool is_finite = std::ranges::all_of(row, [](float x) { return std::isfinite(x); });
    if (!is_finite && !record.first_non_finite) record.first_non_finite = batch.samples[i];
    if (!hooks.on_prediction) continue;
    hooks.on_prediction(
        {batch.samples[i], labels[i], std::ranges::max_element(row) - row.begin(), row});
  }
}

void require_weights(const RunConfig& config) {
  if (!config.weights.empty()) return;
  throw ConfigError(error_text("no weights to evaluate", "--weights was not given",
                               "give a safetensors file, as run --save-weights writes it"));
}

}  // namespace

EvaluationRecord evaluate(const RunConfig& config, const EvaluationHooks& hooks) {
  require_weights(config);
  validate_run_config(config);
  const auto quiet = make_quiet_progress();
  ProgressSink& progress = hooks.progress != nullptr ? *hooks.progress : *quiet;
  set_threads(config.threads);
  const ResMlpGeometry geometry = resolve_geometry(config);
  ResMlp model(geometry, make_scheme(config, geometry), 0, config.workspace_bytes,
               parse_element_type(config.dtype));
  load_weights(model, config.weights);
  const torch::Device device(config.device);
  model.to(device);
  const DataSet data = load_data(config, data_shape(config), DataPart::heldout);
  const BatchLoader loader(data, /*augment=*/false, 0);

  for (const std::string& line : data.notes) progress.note(line);
  CorruptImages corrupt(data.heldout, config.max_corrupt_share,
                        [&](std::string_view line) { progress.note(line); });

  EvaluationRecord record;
  record.config = config;
  record.environment = environment_of(config);
  record.environment.threads = at::get_num_threads();
  progress.begin("evaluating", loader.heldout_samples());
  std::int64_t done = 0;
  const HeldoutSums sums = walk_heldout(
      model, loader, device, config.batch, [&](const Batch& batch, const torch::Tensor& logits) {
        corrupt.add(batch.corrupt);
        tell(batch, logits, hooks, record);
        done = std::min(done + config.batch, loader.heldout_samples());
        progress.update(done, {});
        record.is_interrupted =
            done < loader.heldout_samples() && hooks.stop_requested && hooks.stop_requested();
        return !record.is_interrupted;
      });
  record.samples = sums.samples;
  record.correct = sums.correct;
  record.skipped = corrupt.paths();
  const char* why = sums.samples == 0         ? "no image could be read"
                    : record.first_non_finite ? "a logit is not finite"
                                              : nullptr;
  if (why != nullptr) {
    record.loss = record.accuracy_ratio = Measured<double>::missing(why);
  } else {
    const auto samples = static_cast<double>(sums.samples);
    record.loss = Measured<double>::of(sums.loss / samples);
    record.accuracy_ratio = Measured<double>::of(static_cast<double>(sums.correct) / samples);
  }
  progress.end(record.is_interrupted ? "stopped" : "evaluated");
  return record;
}

}  // namespace actscope::core
