// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::core {

/// Who takes part in a timed training.
struct TimingHooks {
  TraceSink* trace_sink = nullptr;           ///< as of TrainingHooks
  std::function<void()> before_timed_steps;  ///< not timed; may be empty
  std::function<void()> after_timed_steps;   ///< the same
};

/// Units: seconds.
struct TrainingTimes {
  double graph_step_s = 0;  ///< the second step, whose autograd graph is read from level ledger on
  double step_s = 0;        ///< mean of the timed steps, what they left to other threads included
  RunRecord record;         ///< status, environment and evaluation are left out
};

/// Trains as `train` does, but for `steps` steps behind one that warms up and one whose graph is
/// read, without evaluation; and times them. config.steps is set here.
/// Errors  as train; c10::Error where a step fails
TrainingTimes timed_training(RunConfig config, std::int64_t steps, const TimingHooks& hooks);

/// The threads that LibTorch computes with.
std::int64_t torch_threads();

}  // namespace actscope::core
