// SPDX-License-Identifier: Apache-2.0
// The record that a training session fills at its end.
#include <algorithm>

#include "actscope/base/sha256.hpp"
#include "actscope/core/config/run_names.hpp"
#include "training/training_session.hpp"

namespace actscope::core {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void TrainingSession::fill_bytes(RunRecord& record) const {
  RunSummary& summary = record.summary;
  record.layers = footprint_.layers;
  summary.dense_saved_bytes = footprint_.totals.dense_saved_bytes;
  summary.predicted_saved_bytes = footprint_.totals.saved_bytes;
  summary.predicted_step = std::max<std::int64_t>(0, progress_.step - 1);
  if (peak_bytes_ > 0) {
    summary.peak_bytes = Measured<std::int64_t>::of(peak_bytes_);
  } else {
    summary.peak_bytes = Measured<std::int64_t>::missing("no step ran");
  }
  if (config_.budget_bytes && peak_bytes_ > *config_.budget_bytes) {
    record.warnings.emplace_back("the peak exceeds the budget of the plan by " +
                                 std::to_string(peak_bytes_ - *config_.budget_bytes) + " bytes");
  }
  if (saved_.steps == 0) {
    const char* why = trace_level_of(config_) == TraceLevel::off ? "trace level is off"
                      : progress_.step_times_s.empty()           ? "no step ran"
                                                                 : "no step could be measured";
    summary.saved_bytes = summary.residual_bytes = Measured<std::int64_t>::missing(why);
    return;
  }
  if (!saved_.is_steady && schedule_.kind == SparsitySchedule::Kind::constant) {
    record.warnings.emplace_back("saved bytes differ between steps; the last is shown");
  }
  const std::int64_t residual = saved_.saved_bytes - saved_.ledger_bytes;
  summary.saved_bytes = Measured<std::int64_t>::of(saved_.saved_bytes);
  summary.residual_bytes = Measured<std::int64_t>::of(residual);
  // The caching allocator of CUDA rounds sizes up, so a residual there is no finding.
  if (residual != 0 && device_.is_cpu()) {
    record.warnings.emplace_back("the allocator holds " + std::to_string(residual) +
                                 " bytes that no store registered");
  }
  for (LayerFootprint& layer : record.layers) {
    for (SlotFootprint& slot : layer.slots) {
      slot.stored_bytes = 0;
      for (const tracer::SlotBytes& bytes : saved_.slots) {
        if (bytes.layer == layer.name && bytes.slot == slot.name) {
          slot.stored_bytes = bytes.stored_bytes;
        }
      }
    }
  }
}

void TrainingSession::fill(RunRecord& record) {
  if (average_) average_->swap();
  record.config = config_;
  tracer_.finish(record);
  record.ledger = graph_->record();
  record.parameters = footprint_.totals.parameters;
  record.train_samples = data_.train.samples;
  record.heldout_samples = data_.heldout.samples;
  record.data_sha256 = data_.sha256;
  record.layer_names = layer_names(model_->geometry());
  record.accuracy = progress_.accuracy;
  record.gradients = probe_.errors();
  record.step_times_s = progress_.step_times_s;
  predict_bytes();
  fill_bytes(record);
  probe_.fill(record.layers);
  record.warnings.insert(record.warnings.end(), data_.notes.begin(), data_.notes.end());
  for (const auto* corrupt : {corrupt_train_.get(), corrupt_heldout_.get()}) {
    for (std::string& line : corrupt->lines()) record.warnings.push_back(std::move(line));
  }
  RunSummary& summary = record.summary;
  summary.workspace_bytes = config_.workspace_bytes;
  summary.steps = progress_.step;
  summary.weights_sha256 = weights_digest(*model_);
  std::vector<double> times = progress_.step_times_s;
  if (times.size() > 1) times.erase(times.begin());  // the first step warms up
  if (times.empty()) {
    summary.step_time_s = summary.images_per_s = Measured<double>::missing("no step ran");
  } else {
    summary.step_time_s = Measured<double>::of(median(times));
    summary.images_per_s =
        Measured<double>::of(static_cast<double>(config_.batch) / *summary.step_time_s.value);
  }
  if (progress_.accuracy.empty()) {
    summary.train_loss = summary.heldout_accuracy_ratio =
        Measured<double>::missing("the run ended before its first evaluation");
  } else {
    summary.train_loss = progress_.accuracy.back().train_loss;
    summary.heldout_accuracy_ratio = progress_.accuracy.back().heldout_accuracy_ratio;
  }
}

std::string weights_digest(const torch::nn::Module& module) {
  Sha256 digest;
  for (const auto& parameter : module.named_parameters()) {
    const torch::Tensor flat = parameter.value().detach().cpu().contiguous();
    digest.update(parameter.key());
    digest.update(std::span(static_cast<const std::byte*>(flat.const_data_ptr()), flat.nbytes()));
  }
  return digest.hex_digest();
}

}  // namespace actscope::core
