// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "actscope/base/activity_record.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::core {

/// Where a training run reports to, and what it asks, while it goes.
struct TrainingHooks {
  ProgressSink* progress = nullptr;      ///< may be null
  std::function<bool()> stop_requested;  ///< asked after every step; may be empty
  /// Takes the trace at levels timeline and above; may be null.
  TraceSink* trace_sink = nullptr;
  /// Takes what CUPTI records at levels cupti and audit on CUDA, for replay; may be null.
  ActivitySink* activity_sink = nullptr;
  /// Records that a thread can leave until the trace is written, a power of two; 0: the usual
  /// number.
  std::size_t trace_ring_records = 0;
  /// Called once when data and weights are read, before the first step; may throw. May be empty.
  std::function<void()> before_start;
  /// Called once after forward of the first step, before the bytes are counted; tests plant hidden
  /// tensors here. May be empty.
  std::function<void()> before_count;
};

/// Trains one configuration and returns the whole record, also when stopped (status interrupted; a
/// checkpoint for resuming lies in config.out where that is set) or when the loss became non-finite
/// (status failed, the reason names step and layer).
/// A failure of the tracer never ends a run nor changes what it learns: the record tells it.
/// Effects  seeds everything from config.seed: equal configurations give equal bytes and, on CPU
///          with equal threads, equal weights; writes only below config.out:
///          `checkpoint.safetensors`, and config.save_weights
/// Errors   as validate_run_config; DataError: data, weights or checkpoint files;
///          EnvironmentError: a file cannot be written
RunRecord train(const RunConfig& config, const TrainingHooks& hooks);

/// Continues from the checkpoint in config.out; gives the same final weights as a run never
/// stopped.
/// Errors  as train; DataError: no checkpoint, or one of another configuration
RunRecord resume(const RunConfig& config, const TrainingHooks& hooks);

}  // namespace actscope::core
