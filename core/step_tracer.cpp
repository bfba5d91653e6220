// SPDX-License-Identifier: Apache-2.0
#include "step_tracer.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/cuda_event_session.hpp"

namespace actscope::core {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool has_timeline(const std::string& level) {
  return level == "timeline" || level == "cupti" || level == "audit";
}

}  // namespace

StepTracer::StepTracer(const RunConfig& config, TraceSink* sink)
    : level_(config.trace),
      is_audited_(config.trace == "audit"),
      is_on_cpu_(config.device == "cpu"),
      memory_(sink) {
  if (!has_timeline(config.trace)) return;
  recorder_ = std::make_unique<tracer::TraceRecorder>(tracer::RecorderOptions{.sink = &memory_});
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
  if (level_ == "off") return;
  const Clock::time_point start = Clock::now();
  capture_ = schedule_.begin(step, total_steps);
  if (is_audited_) audit(live_bytes);
  live_at_start_ = live_bytes;
  ++steps_seen_;
  if (recorder_ && capture_ == Capture::traced) start_recording(step);
  begin_s_ = seconds_since(start);
}

// The observer is there for recorded steps only: operators of the others are not even looked at.
void StepTracer::start_recording(std::int64_t step) {
  is_tracing_ = true;
  observer_ = std::make_unique<tracer::OperatorObserver>();
  if (kernels_) kernels_->begin();
  if (is_on_cpu_ && !memory_.has_begun()) begin_memory(step);
  recorder_->begin_step(step);
}

// The CPU's allocator tells every allocation; that of CUDA only its sums.
void StepTracer::begin_memory(std::int64_t step) {
  std::vector<tracer::LiveMemory> live;
  for (const tracer::Allocation& allocation : tracer::allocations_after(0)) {
    live.push_back({reinterpret_cast<std::uint64_t>(allocation.address), allocation.bytes});
  }
  memory_.begin(step, std::move(live));
  if (is_audited_) memory_report_ = std::make_unique<tracer::MemoryReport>();
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

void StepTracer::add_graph(const LedgerRecord& ledger) {
  if (is_tracing_) recorder_->add_graph(ledger);
}

std::optional<std::size_t> StepTracer::mark_memory(const void* address, MemoryCategory category) {
  return memory_.mark(address, category);
}

void StepTracer::end_step(double step_s) {
  if (level_ == "off") return;
  const Clock::time_point start = Clock::now();
  stop_recording();
  if (schedule_.ends_traced_block()) flush();
  schedule_.add(begin_s_ + step_s + seconds_since(start));
}

void StepTracer::flush() {
  if (recorder_) recorder_->flush();
}

void StepTracer::stop_recording() {
  if (!is_tracing_) return;
  is_tracing_ = false;
  recorder_->end_step();
  if (memory_report_) {
    reported_bytes_ = Measured<std::int64_t>::of(memory_report_->allocated_bytes());
    memory_report_.reset();
  }
  observer_.reset();
  if (!kernels_) return;
  TraceRecord losses;
  recorder_->add_kernels(kernels_->end(losses));
  const TraceRecord before = recorder_->losses();
  losses.kernels_source = before.kernels_source;
  losses.kernels_reason = before.kernels_reason;
  recorder_->add_losses(losses);
}

void StepTracer::finish(RunRecord& record) {
  record.tracer_cost = schedule_.cost(level_);
  if (!recorder_) return;
  stop_recording();  // where the step was left by an error
  recorder_->finish();
  record.operators = recorder_->operators();
  record.kernels = recorder_->kernels();
  record.trace = recorder_->losses();
  if (std::optional<tracer::MemoryExplanation> memory = memory_.explain()) {
    record.memory = std::move(memory->record);
    record.memory->reported_bytes = reported_bytes_;
    marks_at_peak_ = std::move(memory->marks_at_peak);
  }
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
