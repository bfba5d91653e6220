// SPDX-License-Identifier: Apache-2.0
#include "gate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::reports {
namespace {

Metric counted(std::string name, Wanted wanted, const Measured<std::int64_t>& measured) {
  Metric metric{std::move(name), MetricClass::exact, wanted, {},
                measured.value,  measured.reason,    0,      false};
  if (measured.value) metric.value = static_cast<double>(*measured.value);
  return metric;
}

Metric counted(std::string name, Wanted wanted, std::int64_t count) {
  return counted(std::move(name), wanted, Measured<std::int64_t>::of(count));
}

Metric real(std::string name, MetricClass kind, Wanted wanted, const Measured<double>& measured) {
  Metric metric{std::move(name), kind, wanted, {}, {}, measured.reason, 0, false};
  if (measured.value && std::isfinite(*measured.value)) {
    metric.value = measured.value;
  } else if (measured.value) {
    metric.reason = "not finite";
  }
  return metric;
}

void add_slots(std::vector<Metric>& metrics, const std::vector<LayerFootprint>& layers) {
  for (const LayerFootprint& layer : layers) {
    for (const SlotFootprint& slot : layer.slots) {
      const std::string name = "layers." + layer.name + "." + slot.name;
      metrics.push_back(counted(name + ".stored_bytes", Wanted::fewer,
                                slot.stored_bytes ? Measured<std::int64_t>::of(*slot.stored_bytes)
                                                  : Measured<std::int64_t>::missing("not run")));
      if (slot.predicted_bytes) {
        metrics.push_back(counted(name + ".index_bytes", Wanted::fewer, slot.index_bytes));
      }
    }
  }
}

void add_timings(std::vector<Metric>& metrics, const char* kind,
                 const std::vector<OperatorTiming>& timings) {
  for (const OperatorTiming& timing : timings) {
    std::string name = kind;
    for (const std::string& part : {timing.layer, timing.slot, timing.phase, timing.name}) {
      if (!part.empty()) name += "." + part;
    }
    metrics.push_back(real(name + ".total_s", MetricClass::timing, Wanted::fewer,
                           Measured<double>::of(timing.total_s)));
  }
}

// A report may name two layers alike; every row needs a name of its own.
void number_equal_names(std::vector<Metric>& metrics) {
  std::map<std::string, int> seen;
  for (Metric& metric : metrics) {
    const std::string name = metric.name;
    int number = ++seen[name];
    while (number > 1) {
      metric.name = name + "#" + std::to_string(number);
      if (seen[metric.name]++ == 0) break;
      number = ++seen[name];
    }
  }
}

}  // namespace

std::vector<Metric> metrics_of(const RunSummary& s, const RunConfig& config,
                               std::int64_t heldout_samples) {
  std::vector<Metric> metrics;
  metrics.push_back(counted("saved_bytes", Wanted::fewer, s.saved_bytes));
  metrics.push_back(counted("predicted_saved_bytes", Wanted::fewer, s.predicted_saved_bytes));
  metrics.push_back(counted("dense_saved_bytes", Wanted::fewer, s.dense_saved_bytes));
  metrics.push_back(counted("residual_bytes", Wanted::small, s.residual_bytes));
  metrics.push_back(counted("workspace_bytes", Wanted::fewer, s.workspace_bytes));
  metrics.push_back(counted("peak_bytes", Wanted::fewer, s.peak_bytes));
  if (!core::is_known("device", config) || config.device != "cpu") {
    metrics.back().kind = MetricClass::timing;
  }
  metrics.push_back(counted("steps", Wanted::unchanged, s.steps));
  metrics.push_back(counted("batch", Wanted::unchanged,
                            core::is_known("batch", config)
                                ? Measured<std::int64_t>::of(config.batch)
                                : Measured<std::int64_t>::missing("unknown")));
  metrics.push_back(counted("heldout_samples", Wanted::unchanged,
                            heldout_samples > 0 ? Measured<std::int64_t>::of(heldout_samples)
                                                : Measured<std::int64_t>::missing("unknown")));
  if (core::has_blocks_anywhere(config) && core::is_known("sparsity_ratio", config)) {
    metrics.push_back(real("sparsity_ratio", MetricClass::exact, Wanted::unchanged,
                           Measured<double>::of(config.sparsity_ratio)));
    metrics.back().is_only_in_pairs = true;  // another scheme has none, or another kind of it
  }
  metrics.push_back(real("heldout_accuracy_ratio", MetricClass::learning, Wanted::more,
                         s.heldout_accuracy_ratio));
  metrics.back().heldout_samples = heldout_samples;
  metrics.push_back(real("train_loss", MetricClass::learning, Wanted::fewer, s.train_loss));
  metrics.push_back(real("step_time_s", MetricClass::timing, Wanted::fewer, s.step_time_s));
  metrics.push_back(real("images_per_s", MetricClass::timing, Wanted::more, s.images_per_s));
  return metrics;
}

std::vector<Metric> metrics_of(const RunRecord& record) {
  std::vector<Metric> metrics = metrics_of(record.summary, record.config, record.heldout_samples);
  metrics.push_back(counted("parameters", Wanted::unchanged, record.parameters));
  metrics.push_back(counted("train_samples", Wanted::unchanged, record.train_samples));
  // The footprint of a model that is not ours is a sum over its ledger, which is judged itself.
  const bool is_from_ledger = record.model_kind != ModelKind::resmlp && record.ledger;
  if (!is_from_ledger) add_slots(metrics, record.layers);
  if (record.trace) {
    metrics.push_back(
        counted("trace.dropped_records", Wanted::none, record.trace->dropped_records));
    metrics.push_back(
        counted("trace.untimed_records", Wanted::none, record.trace->untimed_records));
  }
  add_timings(metrics, "operators", record.operators);
  add_timings(metrics, "kernels", record.kernels);
  number_equal_names(metrics);
  return metrics;
}

}  // namespace actscope::reports
