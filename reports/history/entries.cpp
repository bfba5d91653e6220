// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/error.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/format/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/run/document.hpp"
#include "format/run_status_json.hpp"
#include "gate/metrics.hpp"
#include "gate/pairing.hpp"

namespace actscope::reports {
namespace {

// In the order of the globs that choose them.
void sort_by_globs(std::vector<HistoryValue>& values, std::span<const std::string> globs) {
  const auto place = [&](const HistoryValue& value) {
    return std::ranges::find_if(
               globs, [&](const std::string& glob) { return matches_glob(glob, value.metric); }) -
           globs.begin();
  };
  std::ranges::stable_sort(values, {}, place);
}

bool is_chosen(const std::string& metric, std::span<const std::string> globs) {
  return std::ranges::any_of(globs,
                             [&](const std::string& glob) { return matches_glob(glob, metric); });
}

Better better_of(Wanted wanted) {
  if (wanted == Wanted::more) return Better::higher;
  return wanted == Wanted::unchanged ? Better::neither : Better::lower;
}

// Of a metric that only its name is known of.
Better better_of(const std::string& metric) {
  const bool is_higher = metric.ends_with("per_s") || metric.ends_with("accuracy_ratio");
  return is_higher ? Better::higher : Better::lower;
}

// One figure is compared with others of this machine only.
std::string machine_text(const EnvironmentRecord& e) {
  std::string text = fmt::format("on {}, {} cores", e.cpu.empty() ? "a processor" : e.cpu, e.cores);
  if (!e.gpu.empty()) text += ", " + e.gpu;
  return text;
}

std::string key_part(const std::string& text) {
  return fmt::format("{}:{};", text.size(), text);
}

HistoryValue value_of(std::string metric, MetricClass kind, Better better,
                      const std::optional<double>& value, std::string reason) {
  HistoryValue figure{std::move(metric), kind, better, value, {}};
  if (!value || !std::isfinite(*value)) {
    figure.value.reset();
    figure.reason = value ? "not finite" : std::move(reason);
    if (figure.reason.empty()) figure.reason = "not there";
  }
  return figure;
}

// Every field that tells configurations apart, as "batch 32".
std::vector<std::string> details_of(const RunConfig& config) {
  std::vector<std::string> details;
  for (const core::RunOption& option : core::run_options()) {
    if (option.role == core::FieldRole::place || !core::is_known(option, config)) continue;
    details.push_back(std::string(option.field) + " " + core::value_text(option, config));
  }
  return details;
}

std::string name_of_run(const RunRecord& record) {
  const RunConfig& config = record.config;
  const std::string model = core::is_known("model", config) ? config.model : "";
  if (!core::is_known("scheme", config)) return model.empty() ? "a model" : model;
  return model + " " + core::configuration_name(config);
}

void add_row(HistoryEntry& entry, const KernelResult& row, std::span<const std::string> metrics) {
  const std::string name = fmt::format("{}.{}.{}x{}.{:g}.{}.{}.{}.{}", row.operation, row.shape,
                                       row.block_rows, row.block_cols, row.sparsity_ratio,
                                       row.select, row.backend, row.dtype, row.threads);
  const auto add = [&](const char* figure, const std::optional<double>& value,
                       const std::string& reason) {
    const std::string metric = name + "." + figure;
    if (!is_chosen(metric, metrics)) return;
    entry.values.push_back(value_of(metric, MetricClass::timing, Better::lower, value, reason));
  };
  add("time_s", row.time_s, {});
  add("to_dense_ratio", row.to_dense.ratio.value, row.to_dense.ratio.reason);
}

}  // namespace

std::span<const std::string> primary_metrics() {
  static const std::vector<std::string> metrics = {"step_time_s",
                                                   "images_per_s",
                                                   "peak_bytes",
                                                   "saved_bytes",
                                                   "heldout_accuracy_ratio",
                                                   "heldout_loss",
                                                   "train_loss",
                                                   "gate.step_time_s",
                                                   "gate.peak_bytes",
                                                   "gate.saved_bytes",
                                                   "weight_gradient.*.to_dense_ratio",
                                                   "mixing_gradient.*.to_dense_ratio"};
  return metrics;
}

bool has_history(std::string_view kind) {
  return kind == "actscope.run" || kind == "actscope.gate" || kind == "actscope.kernels";
}

HistoryEntry entry_of_run(const RunRecord& record, std::string source,
                          std::span<const std::string> metrics) {
  HistoryEntry entry;
  entry.source = std::move(source);
  entry.kind = "actscope.run";
  entry.name = name_of_run(record);
  entry.details = details_of(record.config);
  entry.details.push_back(machine_text(record.environment));
  entry.group = key_part(entry.kind) + key_part(name_of(record.model_kind)) +
                key_part(config_key(record.config)) + key_part(entry.details.back());
  entry.environment = record.environment;
  if (record.status != RunStatus::completed) {
    entry.gap = name_of(record.status);
    if (!record.status_reason.empty()) entry.gap += ": " + record.status_reason;
    return entry;
  }
  for (const Metric& metric : metrics_of(record)) {
    if (!is_chosen(metric.name, metrics)) continue;
    entry.values.push_back(
        value_of(metric.name, metric.kind, better_of(metric.wanted), metric.value, metric.reason));
  }
  if (!record.accuracy.empty() && is_chosen("heldout_loss", metrics)) {
    const Measured<double>& loss = record.accuracy.back().heldout_loss;
    entry.values.push_back(
        value_of("heldout_loss", MetricClass::learning, Better::lower, loss.value, loss.reason));
  }
  sort_by_globs(entry.values, metrics);
  return entry;
}

HistoryEntry entry_of_gate(const GateResult& result, std::string source,
                           std::span<const std::string> metrics) {
  HistoryEntry entry;
  entry.source = std::move(source);
  entry.kind = "actscope.gate";
  entry.name = "gate against " + result.baseline_name;
  entry.group = key_part(entry.kind) + key_part(result.baseline_name);
  if (result.verdict == GateVerdict::failed) {
    entry.gap = "failed: the candidate did not complete";
    return entry;
  }
  for (const GateRow& row : result.rows) {
    const std::string metric = "gate." + row.metric;
    if (!is_chosen(metric, metrics)) continue;
    entry.values.push_back(
        value_of(metric, row.kind, better_of(row.metric), row.ratio, "the row has no ratio"));
  }
  sort_by_globs(entry.values, metrics);
  return entry;
}

HistoryEntry entry_of_kernels(const KernelsBenchRecord& record, std::string source,
                              std::span<const std::string> metrics) {
  HistoryEntry entry;
  entry.source = std::move(source);
  entry.kind = "actscope.kernels";
  entry.name = "kernels";
  entry.environment = record.environment;
  entry.details = {fmt::format("tokens {}", record.settings.tokens),
                   fmt::format("seed {}", record.settings.seed),
                   fmt::format("train_steps {}", record.settings.train_steps),
                   machine_text(record.environment)};
  entry.group = key_part(entry.kind);
  for (const std::string& detail : entry.details) entry.group += key_part(detail);
  for (const KernelResult& row : record.results) add_row(entry, row, metrics);
  if (record.results.empty()) entry.gap = "no point was measured";
  return entry;
}

HistoryEntry read_history_entry(std::string_view text, const std::string& source,
                                std::span<const std::string> metrics) {
  const std::string kind = identify(text, source).name;
  if (kind == "actscope.run") return entry_of_run(read_run_document(text, source), source, metrics);
  if (kind == "actscope.gate") {
    return entry_of_gate(read_gate_document(text, source), source, metrics);
  }
  if (kind == "actscope.kernels") {
    return entry_of_kernels(read_kernels_document(text, source), source, metrics);
  }
  throw ReportFormatError(error_text(source + " has no figures over time", "found " + kind,
                                     "give an actscope.run, .gate or .kernels document"));
}

}  // namespace actscope::reports
