// SPDX-License-Identifier: Apache-2.0
#include "step_tracer.hpp"

#include <string>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/cuda_event_session.hpp"

namespace actscope::core {
namespace {

bool has_timeline(const std::string& level) {
  return level == "timeline" || level == "cupti" || level == "audit";
}

}  // namespace

StepTracer::StepTracer(const RunConfig& config, TraceSink* sink)
    : is_audited_(config.trace == "audit") {
  if (!has_timeline(config.trace)) return;
  recorder_ = std::make_unique<tracer::TraceRecorder>(tracer::RecorderOptions{.sink = sink});
  observer_ = std::make_unique<tracer::OperatorObserver>();
  TraceRecord kernels;  // where they come from
  if (config.device != "cuda") {
    kernels.kernels_reason = "the run was on the CPU";
  } else if (config.trace == "timeline") {
    kernels.kernels_reason = "trace level timeline records no kernels";
  } else {
    open_kernel_session(kernels.kernels_reason);
    kernels.kernels_source = kernels_->source();
  }
  recorder_->add_losses(kernels);
}

StepTracer::~StepTracer() = default;

void StepTracer::open_kernel_session(std::string& why_not_cupti) {
  try {
    kernels_ = tracer::open_cupti_session();
  } catch (const DeviceError& error) {
    why_not_cupti = error.what();
    kernels_ = tracer::make_cuda_event_session();
  }
}

void StepTracer::begin_step(std::int64_t step, std::int64_t total_steps, std::int64_t live_bytes) {
  if (!recorder_) return;
  if (is_audited_) audit(live_bytes);
  live_at_start_ = live_bytes;
  const bool is_warm_up = steps_seen_ == 0 && step + 1 < total_steps;
  is_tracing_ = !is_warm_up && steps_seen_ <= traced_steps;
  ++steps_seen_;
  if (!is_tracing_) return;
  if (kernels_) kernels_->begin();
  recorder_->begin_step(step);
}

// Optimizer state appears in the first step; from then on a step leaves what it found.
void StepTracer::audit(std::int64_t live_bytes) {
  if (steps_seen_ >= 3 && live_bytes != live_at_start_) ++steps_off_balance_;
}

void StepTracer::add_ledger(const tracer::SavedLedger& ledger, std::int64_t saved_bytes,
                            std::int64_t dense_bytes) {
  if (!is_tracing_) return;
  static const tracer::Name stored("saved_stored_bytes");
  static const tracer::Name dense("saved_dense_bytes");
  recorder_->add_ledger(ledger);
  recorder_->add_counter(stored, saved_bytes);
  recorder_->add_counter(dense, dense_bytes);
}

void StepTracer::end_step() {
  if (!is_tracing_) return;
  is_tracing_ = false;
  recorder_->end_step();
  observer_->forget_nodes();
  if (!kernels_) return;
  TraceRecord losses;
  recorder_->add_kernels(kernels_->end(losses));
  const TraceRecord before = recorder_->losses();
  losses.kernels_source = before.kernels_source;
  losses.kernels_reason = before.kernels_reason;
  recorder_->add_losses(losses);
}

void StepTracer::finish(RunRecord& record) {
  if (!recorder_) return;
  end_step();  // where the step was left by an error
  recorder_->finish();
  record.operators = recorder_->operators();
  record.kernels = recorder_->kernels();
  record.trace = recorder_->losses();
  if (const std::string failure = recorder_->sink_failure(); !failure.empty()) {
    record.warnings.push_back("the trace files are not whole: " + failure);
  }
  if (record.trace->dropped_records > 0) {
    record.warnings.push_back(std::to_string(record.trace->dropped_records) +
                              " trace records were dropped");
  }
  if (steps_off_balance_ > 0) {
    record.warnings.push_back("live bytes did not return to their start after " +
                              std::to_string(steps_off_balance_) + " steps");
  }
}

}  // namespace actscope::core
