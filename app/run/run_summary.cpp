// SPDX-License-Identifier: Apache-2.0
#include "run/run_summary.hpp"

#include <cmath>
#include <filesystem>

#include "actscope/base/units.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"

namespace actscope::app {
namespace {

std::string not_available(const std::string& reason) {
  return "n/a (" + reason + ")";
}

std::string shown_bytes(const Measured<std::int64_t>& bytes) {
  return bytes.value ? format_bytes(*bytes.value) : not_available(bytes.reason);
}

std::string shown_percent(const Measured<double>& ratio) {
  if (!ratio.value) return not_available(ratio.reason);
  const auto tenths = std::llround(*ratio.value * 1000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

// A plan sets every slot of every block: the report has them all.
std::string scheme_text(const RunConfig& config) {
  constexpr std::size_t longest = 100;
  const std::string name = core::configuration_name(config);
  return name.size() <= longest ? name : name.substr(0, longest) + "…";
}

std::string saved_text(const RunSummary& s) {
  std::string text = shown_bytes(s.saved_bytes);
  if (!s.saved_bytes.value) return text;
  const std::int64_t saved = *s.saved_bytes.value;
  if (const std::optional<std::int64_t>& predicted = s.predicted_saved_bytes.value) {
    text += saved == *predicted ? ", as predicted to the byte"
                                : ", predicted " + format_bytes(*predicted);
  }
  if (const std::optional<std::int64_t>& dense = s.dense_saved_bytes.value;
      dense && saved != *dense) {
    text += "; plain autograd keeps " + format_bytes(*dense) + ", " +
            format_factor(static_cast<double>(*dense), static_cast<double>(saved));
  }
  return text;
}

std::string step_text(const RunSummary& s) {
  if (!s.step_time_s.value) return not_available(s.step_time_s.reason);
  std::string text = format_duration(*s.step_time_s.value);
  if (s.images_per_s.value) {
    text += ", " + format_count(std::llround(*s.images_per_s.value)) + " images/s";
  }
  return text;
}

}  // namespace

std::string run_summary(const RunRecord& record) {
  const RunSummary& s = record.summary;
  std::string text = "scheme              " + scheme_text(record.config) +
                     "\nkept for backward   " + saved_text(s) +  //
                     "\nhighest live bytes  " + shown_bytes(s.peak_bytes) +
                     "\ntime of a step      " + step_text(s) +  //
                     "\nheld-out accuracy   " + shown_percent(s.heldout_accuracy_ratio);
  if (s.heldout_accuracy_ratio.value) {
    text += " of " + format_count(record.heldout_samples) + " images, after " +
            format_count(s.steps) + " steps";
  }
  text += "\n";
  for (const std::string& warning : record.warnings)
    text += "warning             " + warning + "\n";
  if (!record.config.out.empty()) {
    text += "report              " +
            (std::filesystem::path(record.config.out) / "report.json").string() + "\n";
  }
  return text;
}

RunRecord unmeasured_record(const RunConfig& config, RunStatus status, const std::string& reason) {
  const FootprintRecord footprint = core::footprint_of(config);
  RunRecord record;
  record.status = status;
  record.status_reason = reason;
  record.config = config;
  record.environment = core::describe_environment();
  record.parameters = footprint.totals.parameters;
  record.layers = footprint.layers;
  for (const LayerFootprint& layer : footprint.layers) record.layer_names.push_back(layer.name);
  RunSummary& s = record.summary;
  s.dense_saved_bytes = Measured<std::int64_t>::of(footprint.totals.dense_saved_bytes);
  s.predicted_saved_bytes = Measured<std::int64_t>::of(footprint.totals.saved_bytes);
  s.workspace_bytes = config.workspace_bytes;
  s.peak_bytes = s.saved_bytes = s.residual_bytes = Measured<std::int64_t>::missing(reason);
  s.step_time_s = s.images_per_s = Measured<double>::missing(reason);
  s.train_loss = s.heldout_accuracy_ratio = Measured<double>::missing(reason);
  return record;
}

}  // namespace actscope::app
