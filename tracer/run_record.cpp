// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/run_record.hpp"

#include <algorithm>
#include <cmath>

#include "actscope/base/machine.hpp"

namespace actscope::tracer {
namespace {

using Bytes = Measured<std::int64_t>;

double middle_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// The fields of a configuration that the program has told.
RunConfig config_of(const RunInfo& info) {
  RunConfig config;
  std::vector<std::string>& known = config.known_fields.emplace();
  const auto set = [&known](const char* field, auto& to, const auto& from, bool is_told) {
    if (!is_told) return;
    to = from;
    known.emplace_back(field);
  };
  set("model", config.model, info.name, !info.name.empty());
  set("data", config.data, info.data, !info.data.empty());
  set("scheme", config.scheme, info.scheme, !info.scheme.empty());
  set("batch", config.batch, info.batch.value_or(0), info.batch.has_value());
  set("seed", config.seed, info.seed.value_or(0), info.seed.has_value());
  set("learning_rate", config.learning_rate, info.learning_rate.value_or(0),
      info.learning_rate.has_value());
  set("optimizer", config.optimizer, info.optimizer, !info.optimizer.empty());
  set("device", config.device, info.device, !info.device.empty());
  set("dtype", config.dtype, info.dtype, !info.dtype.empty());
  return config;
}

Measured<double> mean_of(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += values[i];
  const double mean = sum / static_cast<double>(end - begin);
  return std::isfinite(mean) ? Measured<double>::of(mean)
                             : Measured<double>::missing("the loss is not finite");
}

// At most so many points, each the mean over the steps since the one before.
std::vector<AccuracyPoint> curve_of(const RunInfo& info) {
  constexpr std::size_t most = 100;
  const std::size_t steps = info.losses.size(), points = std::min(steps, most);
  std::vector<AccuracyPoint> curve;
  double elapsed_s = 0;
  std::size_t begin = 0;
  for (std::size_t p = 0; p < points; ++p) {
    const std::size_t end = (p + 1) * steps / points;
    AccuracyPoint point;
    point.step = static_cast<std::int64_t>(end);
    point.train_loss = mean_of(info.losses, begin, end);
    point.train_accuracy_ratio = point.heldout_loss = point.heldout_accuracy_ratio =
        Measured<double>::missing("not measured");
    for (; begin < end; ++begin) {
      if (begin < info.step_times_s.size()) elapsed_s += info.step_times_s[begin];
    }
    point.elapsed_s = elapsed_s;
    curve.push_back(std::move(point));
  }
  return curve;
}

void fill_times(RunSummary& summary, const RunInfo& info) {
  std::vector<double> times = info.step_times_s;
  if (times.size() > 1) times.erase(times.begin());  // the first step warms up
  if (times.empty()) {
    summary.step_time_s = summary.images_per_s = Measured<double>::missing("no step was timed");
    return;
  }
  summary.step_time_s = Measured<double>::of(middle_of(times));
  if (!info.batch) {
    summary.images_per_s = Measured<double>::missing("the batch is not known");
  } else if (*summary.step_time_s.value <= 0) {
    summary.images_per_s = Measured<double>::missing("a step took no time");
  } else {
    summary.images_per_s =
        Measured<double>::of(static_cast<double>(*info.batch) / *summary.step_time_s.value);
  }
}

void fill_ledger(RunRecord& record, const LedgerRecord* ledger) {
  RunSummary& summary = record.summary;
  if (ledger == nullptr) {
    summary.saved_bytes = summary.residual_bytes = Bytes::missing("no ledger was read");
    return;
  }
  record.ledger = *ledger;
  record.layers = layers_of(*ledger);
  for (const LayerFootprint& layer : record.layers) {
    if (layer.name != no_layer) record.layer_names.push_back(layer.name);
  }
  std::int64_t saved = 0;
  for (const LayerFootprint& layer : record.layers) {
    for (const SlotFootprint& slot : layer.slots) saved += slot.stored_bytes.value_or(0);
  }
  summary.saved_bytes = Bytes::of(saved);
  summary.residual_bytes = ledger->residual_bytes;
  if (ledger->known_nodes < ledger->nodes) {
    record.warnings.push_back(std::to_string(ledger->nodes - ledger->known_nodes) + " of " +
                              std::to_string(ledger->nodes) +
                              " autograd nodes could not be read: saved bytes lack what they keep");
  }
  if (ledger->skipped.hooked > 0) {
    record.warnings.push_back(std::to_string(ledger->skipped.hooked) +
                              " saved tensors are packed by hooks of the program: saved bytes lack "
                              "them");
  }
  const bool is_on_cpu = record.config.device == "cpu";
  if (is_on_cpu && summary.residual_bytes.value && *summary.residual_bytes.value != 0) {
    record.warnings.push_back("the allocator holds " +
                              std::to_string(*summary.residual_bytes.value) +
                              " bytes that the autograd graph does not explain");
  }
}

void fill_trace(RunRecord& record, TraceRecorder& recorder) {
  recorder.flush();
  TraceRecord& trace = record.trace.emplace(recorder.losses());
  trace.files_reason = recorder.sink_failure();
  if (trace.kernels_source.empty() && record.config.device == "cpu") {
    trace.kernels_reason = "the run was on the CPU";
  }
  record.operators = recorder.operators();
  record.kernels = recorder.kernels();
  if (!trace.files_reason.empty()) {
    record.warnings.push_back("the trace files are not whole: " + trace.files_reason);
  }
  if (trace.dropped_records > 0) {
    record.warnings.push_back(std::to_string(trace.dropped_records) +
                              " trace records were dropped: sums or trace files lack them");
  }
}

void fill_memory(RunRecord& record, const MemoryExplanation& memory,
                 const std::vector<std::optional<std::size_t>>& ledger_marks) {
  record.memory = memory.record;
  record.memory->reported_bytes = Bytes::missing("not compared");
  if (!record.ledger || ledger_marks.size() != record.ledger->storages.size()) return;
  for (std::size_t i = 0; i < ledger_marks.size(); ++i) {
    if (ledger_marks[i] && *ledger_marks[i] < memory.marks_at_peak.size()) {
      record.ledger->storages[i].is_at_peak = memory.marks_at_peak[*ledger_marks[i]];
    }
  }
}

}  // namespace

RunRecord run_record_of(const LedgerRecord* ledger, TraceRecorder* recorder, const RunInfo& info,
                        const MemoryExplanation* memory,
                        const std::vector<std::optional<std::size_t>>& ledger_marks) {
  RunRecord record;
  record.status = info.status;
  record.status_reason = info.status_reason;
  record.model_kind = info.kind;
  record.config = config_of(info);
  record.environment = describe_machine();
  record.parameters = info.parameters;
  record.warnings = info.warnings;
  RunSummary& summary = record.summary;
  summary.peak_bytes = info.peak_bytes;
  summary.dense_saved_bytes = info.dense_saved_bytes;
  summary.predicted_saved_bytes = info.predicted_saved_bytes;
  summary.steps = static_cast<std::int64_t>(std::max(info.step_times_s.size(), info.losses.size()));
  fill_times(summary, info);
  record.step_times_s = info.step_times_s;
  record.accuracy = curve_of(info);
  summary.train_loss = record.accuracy.empty() ? Measured<double>::missing("no loss was told")
                                               : record.accuracy.back().train_loss;
  summary.heldout_accuracy_ratio = Measured<double>::missing("not measured");
  fill_ledger(record, ledger);
  if (recorder != nullptr) fill_trace(record, *recorder);
  if (memory != nullptr) fill_memory(record, *memory, ledger_marks);
  return record;
}

}  // namespace actscope::tracer
