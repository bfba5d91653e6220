// SPDX-License-Identifier: Apache-2.0
#include "training/training_record.hpp"

#include <algorithm>

#include "actscope/base/sha256.hpp"
#include "actscope/core/config/run_names.hpp"

namespace actscope::core {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void SavedMeasurement::add(std::int64_t saved, tracer::StoreLedger&& ledger) noexcept {
  if (steps >= 2 && saved != saved_bytes) is_steady = false;
  ++steps;
  saved_bytes = saved;
  ledger_bytes = ledger.total_bytes();
  slots = std::move(ledger).slots();
}

void fill_bytes(RunRecord& record, const MeasuredBytes& measured) {
  RunSummary& summary = record.summary;
  record.layers = measured.footprint.layers;
  summary.dense_saved_bytes =
      Measured<std::int64_t>::of(measured.footprint.totals.dense_saved_bytes);
  summary.predicted_saved_bytes = Measured<std::int64_t>::of(measured.footprint.totals.saved_bytes);
  summary.predicted_step = std::max<std::int64_t>(0, measured.progress.step - 1);
  if (measured.peak_bytes > 0) {
    summary.peak_bytes = Measured<std::int64_t>::of(measured.peak_bytes);
  } else {
    summary.peak_bytes = Measured<std::int64_t>::missing("no step ran");
  }
  if (measured.config.budget_bytes && measured.peak_bytes > *measured.config.budget_bytes) {
    record.warnings.emplace_back(
        "the peak exceeds the budget of the plan by " +
        std::to_string(measured.peak_bytes - *measured.config.budget_bytes) + " bytes");
  }
  if (measured.saved.steps == 0) {
    const char* why = trace_level_of(measured.config) == TraceLevel::off ? "trace level is off"
                      : measured.progress.step_times_s.empty()           ? "no step ran"
                                                               : "no step could be measured";
    summary.saved_bytes = summary.residual_bytes = Measured<std::int64_t>::missing(why);
    return;
  }
  if (!measured.saved.is_steady && measured.has_one_scheme) {
    record.warnings.emplace_back("saved bytes differ between steps; the last is shown");
  }
  const std::int64_t residual = measured.saved.saved_bytes - measured.saved.ledger_bytes;
  summary.saved_bytes = Measured<std::int64_t>::of(measured.saved.saved_bytes);
  summary.residual_bytes = Measured<std::int64_t>::of(residual);
  // The caching allocator of CUDA rounds sizes up, so a residual there is no finding.
  if (residual != 0 && device_of(measured.config) == DeviceKind::cpu) {
    record.warnings.emplace_back("the allocator holds " + std::to_string(residual) +
                                 " bytes that no store registered");
  }
  for (LayerFootprint& layer : record.layers) {
    for (SlotFootprint& slot : layer.slots) {
      slot.stored_bytes = 0;
      for (const tracer::SlotBytes& bytes : measured.saved.slots) {
        if (bytes.layer == layer.name && bytes.slot == slot.name) {
          slot.stored_bytes = bytes.stored_bytes;
        }
      }
    }
  }
}

void fill_results(RunSummary& summary, const RunConfig& config, const TrainingProgress& progress) {
  std::vector<double> times = progress.step_times_s;
  if (times.size() > 1) times.erase(times.begin());  // the first step warms up
  if (times.empty()) {
    summary.step_time_s = summary.images_per_s = Measured<double>::missing("no step ran");
  } else {
    summary.step_time_s = Measured<double>::of(median(times));
    summary.images_per_s =
        Measured<double>::of(static_cast<double>(config.batch) / *summary.step_time_s.value);
  }
  if (progress.accuracy.empty()) {
    summary.train_loss = summary.heldout_accuracy_ratio =
        Measured<double>::missing("the run ended before its first evaluation");
  } else {
    summary.train_loss = progress.accuracy.back().train_loss;
    summary.heldout_accuracy_ratio = progress.accuracy.back().heldout_accuracy_ratio;
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
