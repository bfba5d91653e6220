// SPDX-License-Identifier: Apache-2.0
#include "tracer_sessions.hpp"

#include <optional>

#include "actscope/core/training/timed_training.hpp"
#include "libtorch_profiler.hpp"

namespace actscope::bench {

SessionTimes timed(const Session& session) {
  SessionTimes times;
  std::optional<LibtorchProfiler> rival;
  core::TimingHooks hooks;
  hooks.trace_sink = session.sink;
  if (session.rival != OtherProfiler::none) {
    hooks.before_timed_steps = [&] {
      rival.emplace(session.rival == OtherProfiler::libtorch_profiler_memory ? ProfilesMemory::yes
                                                                             : ProfilesMemory::no);
    };
    hooks.after_timed_steps = [&] { times.rival_events = rival->stop(session.rival_file); };
  }
  const core::TrainingTimes training = core::timed_training(session.config, session.steps, hooks);
  times.graph_step_s = training.graph_step_s;
  times.step_s = training.step_s;
  if (training.record.trace) times.dropped_records = training.record.trace->dropped_records;
  times.weights_sha256 = training.record.summary.weights_sha256;
  return times;
}

}  // namespace actscope::bench
