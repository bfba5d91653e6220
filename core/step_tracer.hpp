// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/cupti_session.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"

namespace actscope::core {

/// Steps of a run that levels timeline and above record, the first of the process left out where
/// there are others.
inline constexpr std::int64_t traced_steps = 16;

/// Traces some steps of a run at the level of its configuration: scopes, memory, operators, and on
/// a GPU kernels. At levels off and ledger every call does nothing.
class StepTracer {
 public:
  /// `sink` may be null. Errors  as CuptiSession: level cupti where it cannot be used
  StepTracer(const RunConfig& config, TraceSink* sink);
  ~StepTracer();
  StepTracer(const StepTracer&) = delete;
  StepTracer& operator=(const StepTracer&) = delete;

  /// `live_bytes`: of the allocator before the step.
  void begin_step(std::int64_t step, std::int64_t total_steps, std::int64_t live_bytes);
  void add_ledger(const tracer::SavedLedger& ledger, std::int64_t saved_bytes,
                  std::int64_t dense_bytes);
  void end_step();

  /// Ends the trace and tells what it gathered.
  void finish(RunRecord& record);

 private:
  void audit(std::int64_t live_bytes);

  bool is_audited_ = false;
  std::int64_t steps_seen_ = 0;
  bool is_tracing_ = false;
  std::int64_t live_at_start_ = 0;  ///< of the step before
  std::int64_t steps_off_balance_ = 0;
  std::unique_ptr<tracer::TraceRecorder> recorder_;
  std::unique_ptr<tracer::OperatorObserver> observer_;
  std::unique_ptr<tracer::CuptiSession> cupti_;
};

}  // namespace actscope::core
