// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "actscope/base/progress.hpp"
#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::bench {

/// What is trained, and how often.
struct TracerPlan {
  RunConfig config;        ///< model, scheme, batch, threads, seed, device; the rest is set here
  std::int64_t steps = 6;  ///< timed in each round, after two others
  std::int64_t rounds = 11;
};

/// Checks a plan and sets what it leaves open: synthetic images, no trace, no files.
/// Errors  ConfigError: a value out of range; as core's validate_run_config
TracerPlan resolved(TracerPlan plan);

/// Who watches a measurement.
struct TracerWatch {
  std::function<bool()> is_stop_requested;  ///< asked between sessions
  ProgressSink* progress = nullptr;
};

/// Measures what a scope, an observed operator and an allocation cost; what each trace level of the
/// device costs the steps of a training program, beside LibTorch's own profiler; and the bytes that
/// a stored event takes.
///
/// A round trains the program anew from the same weights once with each level, once without and
/// once under each rival, in an order drawn anew, all in this process.
///
/// Requires a plan from resolved(); nothing else that records in this process
/// Effects  installs the counting allocator; writes traces below the folder for temporary files and
///          removes them; status and reason of the result tell whether a stop was asked for
/// Errors   RunError: a level lost records, or a session ended otherwise than the one without;
///          EnvironmentError: no folder for temporary files
TracerBenchRecord run_tracer_suite(const TracerPlan& plan, const EnvironmentRecord& environment,
                                   const TracerWatch& watch);

}  // namespace actscope::bench
