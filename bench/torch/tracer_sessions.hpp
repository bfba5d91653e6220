// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "actscope/base/run_config.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::bench {

enum class OtherProfiler { none, libtorch_profiler, libtorch_profiler_memory };

/// One training program from its first step to its last.
struct Session {
  RunConfig config;        ///< its `trace` is the level
  std::int64_t steps = 6;  ///< timed together
  TraceSink* sink = nullptr;
  OtherProfiler rival = OtherProfiler::none;  ///< on during the timed steps
  std::filesystem::path rival_file;
};

/// Units: seconds.
struct SessionTimes {
  double graph_step_s = 0;  ///< the second step, whose autograd graph is read
  double step_s = 0;        ///< mean of the steps after it, what they leave to do included
  std::int64_t rival_events = 0;
  std::int64_t dropped_records = 0;
  std::string weights_sha256;
};

/// Trains a new model of the same weights and batches, and times it: one step that warms up, one
/// whose graph is read, `steps` others.
/// Errors  as core's train
SessionTimes timed(const Session& session);

}  // namespace actscope::bench
