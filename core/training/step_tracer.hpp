// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/tracer/kernel_session.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/step_memory.hpp"
#include "actscope/tracer/torch/cuda_allocations.hpp"
#include "actscope/tracer/torch/memory_report.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"
#include "training/capture_schedule.hpp"

namespace actscope::core {

/// Traces some steps of a run at the level of its configuration: scopes, memory, operators, and on
/// a GPU kernels; and measures what the level costs. At level off every call does nothing, at level
/// ledger nothing is recorded.
///
/// Once made, it throws nothing into the run: a failure is counted, told by finish, and the run
/// goes on with what is left of the trace.
class StepTracer {
 public:
  /// Where another profiler holds CUPTI, levels cupti and audit time operators with CUDA events
  /// instead and say so.
  /// Errors  BackendNotBuilt: level cupti of a build without it
  StepTracer(const RunConfig& config, const TrainingHooks& hooks);
  ~StepTracer();
  StepTracer(const StepTracer&) = delete;
  StepTracer& operator=(const StepTracer&) = delete;

  /// `live_bytes`: of the allocator before the step.
  void begin_step(std::int64_t step, std::int64_t total_steps, std::int64_t live_bytes);
  /// Whether nobody may record anything in the current step: the level is off, or others are
  /// compared with the step.
  bool is_bare_step() const noexcept { return capture_ == Capture::bare; }
  void add_ledger(const tracer::StoreLedger& ledger, std::int64_t saved_bytes,
                  std::int64_t dense_bytes);
  /// What the autograd graph of the current step keeps.
  void add_graph(const LedgerRecord& ledger);
  /// What the memory at this address is for, in the step whose peak is explained.
  /// Returns the number of the mark; nothing where no peak will be explained.
  std::optional<std::size_t> mark_memory(const void* address, MemoryCategory category);
  /// `step_s` is how long the step took without begin_step and this.
  void end_step(double step_s);

  /// Returns when everything recorded so far has reached the sink.
  void flush();

  /// Counts what hindered a part of the tracer, or of what it is told.
  void note_failure(const char* why) noexcept;

  /// Ends the trace and tells what it gathered, and what it could not.
  void finish(RunRecord& record);

  /// Which marks were live at the peak, by their numbers. Call after finish.
  const std::vector<bool>& marks_at_peak() const noexcept { return marks_at_peak_; }

 private:
  template <class Part>
  void guarded(const Part& part) noexcept;
  void open_sources(const TrainingHooks& hooks);
  void open_kernel_session(ActivitySink* sink, TraceRecord& kernels);
  void audit(std::int64_t live_bytes);
  void begin_memory(std::int64_t step);
  void end_kernels();
  void fill(RunRecord& record);
  void warn(RunRecord& record) const;
  void start_recording(std::int64_t step);
  void stop_recording();

  TraceLevel level_;
  CaptureSchedule schedule_;
  Capture capture_ = Capture::bare;
  double begin_s_ = 0;  ///< that begin_step took
  bool is_on_cpu_ = true;
  bool has_timeline_ = false;  // the level asks for one
  std::vector<bool> marks_at_peak_;
  tracer::StepMemory memory_;                               // sees what the recorder writes
  std::unique_ptr<tracer::CudaAllocations> device_memory_;  // of a run on CUDA
  std::unique_ptr<tracer::MemoryReport> memory_report_;
  Measured<std::int64_t> reported_bytes_ =
      Measured<std::int64_t>::missing("compared at trace level audit only");
  std::int64_t steps_seen_ = 0;
  bool is_tracing_ = false;
  std::int64_t live_at_start_ = 0;  ///< of the step before
  std::int64_t steps_off_balance_ = 0;
  std::int64_t failures_ = 0;
  std::string first_failure_;
  std::unique_ptr<tracer::TraceRecorder> recorder_;
  std::unique_ptr<tracer::OperatorObserver> observer_;
  std::unique_ptr<tracer::KernelSession> kernels_;
};

}  // namespace actscope::core
