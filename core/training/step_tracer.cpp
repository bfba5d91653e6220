// SPDX-License-Identifier: Apache-2.0
#include "training/step_tracer.hpp"

#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "actscope/tracer/counter_reader.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/cuda_event_session.hpp"
#include "training/stopwatch.hpp"

namespace actscope::core {
template <class Part>
void StepTracer::guarded(const Part& part) noexcept {
  try {
    part();
  } catch (const std::exception& error) {
    note_failure(error.what());
  } catch (...) {
    note_failure("unknown error");
  }
}

void StepTracer::note_failure(const char* why) noexcept {
  if (failures_++ > 0) return;
  try {
    first_failure_ = why;
    first_failure_ = first_failure_.substr(0, first_failure_.find('\n'));
  } catch (const std::bad_alloc&) {
    first_failure_ = "out of memory";  // fits into any string object
  }
}

StepTracer::StepTracer(const RunConfig& config, const TrainingHooks& hooks)
    : level_(trace_level_of(config)), is_on_cpu_(device_of(config) == DeviceKind::cpu) {
  if (!has_timeline(level_)) return;
  if (level_ == TraceLevel::cupti && !tracer::is_cupti_built()) (void)tracer::open_cupti_session();
  has_timeline_ = true;
  guarded([&] {
    tracer::RecorderOptions options{.sink = hooks.trace_sink, .observer = &memory_};
    options.counters = tracer::open_counter_reader();
    if (hooks.trace_ring_records > 0) options.ring_records = hooks.trace_ring_records;
    recorder_ = std::make_unique<tracer::TraceRecorder>(options);
  });
  if (!recorder_) return;
  guarded([&] { open_sources(hooks); });
}

StepTracer::~StepTracer() = default;

// Opens what tells of a device's memory and kernels.
void StepTracer::open_sources(const TrainingHooks& hooks) {
  TraceRecord kernels;  // where they come from
  if (is_on_cpu_) {
    kernels.kernels_reason = "the run was on the CPU";
  } else {
    guarded([&] { device_memory_ = std::make_unique<tracer::CudaAllocations>(); });
    if (level_ == TraceLevel::timeline) {
      kernels.kernels_reason = "trace level timeline records no kernels";
    } else {
      guarded([&] { open_kernel_session(hooks.activity_sink, kernels); });
    }
  }
  recorder_->add_losses(kernels);
}

void StepTracer::open_kernel_session(ActivitySink* sink, TraceRecord& kernels) {
  try {
    kernels_ = tracer::open_cupti_session(sink);
  } catch (const std::exception& error) {
    kernels.kernels_reason = error.what();
    kernels_ = tracer::make_cuda_event_session();
  }
  kernels.kernels_source = kernels_->source();
}

void StepTracer::begin_step(std::int64_t step, std::int64_t total_steps, std::int64_t live_bytes) {
  if (level_ == TraceLevel::off) return;
  const Clock::time_point start = Clock::now();
  capture_ = schedule_.begin(step, total_steps);
  if (level_ == TraceLevel::audit) audit(live_bytes);
  live_at_start_ = live_bytes;
  ++steps_seen_;
  if (recorder_ && capture_ == Capture::traced) start_recording(step);
  begin_s_ = seconds_since(start);
}

// The observer is there for recorded steps only: operators of the others are not even looked at.
void StepTracer::start_recording(std::int64_t step) {
  is_tracing_ = true;
  guarded([&] { observer_ = std::make_unique<tracer::OperatorObserver>(); });
  if (kernels_) guarded([&] { kernels_->begin(); });
  if (!memory_.has_begun()) guarded([&] { begin_memory(step); });
  guarded([&] { recorder_->begin_step(step); });
}

void StepTracer::begin_memory(std::int64_t step) {
  if (!is_on_cpu_) {
    reported_bytes_ = Measured<std::int64_t>::missing("compared on the CPU only");
    if (device_memory_) memory_.begin(step, device_memory_->device(), device_memory_->live());
    return;
  }
  std::vector<tracer::LiveMemory> live;
  for (const tracer::Allocation& allocation : tracer::allocations_after(0)) {
    live.push_back({reinterpret_cast<std::uint64_t>(allocation.address), allocation.bytes});
  }
  memory_.begin(step, host_memory, std::move(live));
  if (level_ == TraceLevel::audit) memory_report_ = std::make_unique<tracer::MemoryReport>();
}

// Optimizer state appears in the first step; from then on a step leaves what it found.
void StepTracer::audit(std::int64_t live_bytes) {
  if (steps_seen_ >= 3 && live_bytes != live_at_start_) ++steps_off_balance_;
}

void StepTracer::add_ledger(const tracer::StoreLedger& ledger, std::int64_t saved_bytes,
                            std::int64_t dense_bytes) {
  if (!is_tracing_) return;
  static const tracer::Name stored("saved_stored_bytes");
  static const tracer::Name dense("saved_dense_bytes");
  recorder_->add_ledger(ledger);
  recorder_->add_counter(stored, saved_bytes);
  recorder_->add_counter(dense, dense_bytes);
}

void StepTracer::add_graph(const LedgerRecord& ledger) {
  if (is_tracing_) guarded([&] { recorder_->add_graph(ledger); });
}

std::optional<std::size_t> StepTracer::mark_memory(const void* address, MemoryCategory category) {
  std::optional<std::size_t> number;
  guarded([&] { number = memory_.mark(address, category); });
  return number;
}

void StepTracer::end_step(double step_s) {
  if (level_ == TraceLevel::off) return;
  const Clock::time_point start = Clock::now();
  stop_recording();
  if (schedule_.ends_traced_block()) flush();
  schedule_.add(begin_s_ + step_s + seconds_since(start));
}

void StepTracer::flush() {
  if (recorder_) guarded([&] { recorder_->flush(); });
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
  if (kernels_) guarded([&] { end_kernels(); });
}

// A window is one step: what runs between steps, an evaluation, is no part of the trace.
void StepTracer::end_kernels() {
  TraceRecord losses;
  recorder_->add_kernels(kernels_->end(losses));
  const TraceRecord before = recorder_->losses();
  losses.kernels_source = before.kernels_source;
  losses.kernels_reason = before.kernels_reason;
  recorder_->add_losses(losses);
}

void StepTracer::fill(RunRecord& record) {
  recorder_->finish();
  device_memory_.reset();
  *record.trace = recorder_->losses();
  record.trace->files_reason = recorder_->sink_failure();
  record.operators = recorder_->operators();
  record.kernels = recorder_->kernels();
  if (std::optional<tracer::MemoryExplanation> memory = memory_.explain()) {
    record.memory = std::move(memory->record);
    record.memory->reported_bytes = reported_bytes_;
    marks_at_peak_ = std::move(memory->marks_at_peak);
  }
}

void StepTracer::finish(RunRecord& record) {
  record.tracer_cost = schedule_.cost(trace_level_names()[static_cast<std::size_t>(level_)]);
  if (has_timeline_) {
    record.trace.emplace();
    stop_recording();  // where the step was left by an error
    if (recorder_) guarded([&] { fill(record); });
    record.trace->dropped_records += failures_;
  }
  warn(record);
}

void StepTracer::warn(RunRecord& record) const {
  const auto warn = [&](std::string text) { record.warnings.push_back(std::move(text)); };
  if (failures_ > 0) {
    warn("the tracer failed " + std::to_string(failures_) +
         (failures_ == 1 ? " time: " : " times, first: ") + first_failure_);
  }
  if (record.trace && !record.trace->files_reason.empty()) {
    warn("the trace files are not whole: " + record.trace->files_reason);
  }
  if (record.trace && record.trace->dropped_records > 0) {
    warn(std::to_string(record.trace->dropped_records) +
         " trace records were dropped: sums or trace files lack them");
  }
  if (record.trace && record.trace->unplaced_kernels > 0) {
    warn(std::to_string(record.trace->unplaced_kernels) +
         " kernels, copies and sets of the device have no layer: launched outside every scope");
  }
  if (steps_off_balance_ > 0) {
    warn("live bytes did not return to their start after " + std::to_string(steps_off_balance_) +
         " steps");
  }
}

}  // namespace actscope::core
