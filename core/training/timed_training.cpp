// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/timed_training.hpp"

#include <ATen/Parallel.h>

#include "training/stopwatch.hpp"
#include "training/training_session.hpp"

namespace actscope::core {
TrainingTimes timed_training(RunConfig config, std::int64_t steps, const TimingHooks& hooks) {
  config.steps = steps + 2;
  TrainingHooks training_hooks;
  training_hooks.trace_sink = hooks.trace_sink;
  TrainingSession training(config, training_hooks);
  TrainingTimes times;
  training.step();
  const auto graph_start = Clock::now();
  training.step();
  training.flush_trace();
  times.graph_step_s = seconds_since(graph_start);
  if (hooks.before_timed_steps) hooks.before_timed_steps();
  const auto start = Clock::now();
  for (std::int64_t step = 0; step < steps; ++step) training.step();
  training.flush_trace();
  times.step_s = seconds_since(start) / static_cast<double>(steps);
  if (hooks.after_timed_steps) hooks.after_timed_steps();
  training.fill(times.record);
  return times;
}

std::int64_t torch_threads() {
  return at::get_num_threads();
}

}  // namespace actscope::core
