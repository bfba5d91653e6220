// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/base/progress.hpp"

namespace actscope::bench {

/// Checks settings and fills in the threads where they are 0: one a core.
/// Errors  ConfigError: a value out of range, named with what is allowed; UnsupportedBlockSize;
///         BackendNotBuilt, DeviceError: CUDA is asked for and not there
KernelsSettings resolved(KernelsSettings settings);

/// Why this build on this machine cannot continue `record` under these settings; empty: it can.
std::string difference_to(const KernelsBenchRecord& record, const KernelsSettings& settings,
                          const EnvironmentRecord& environment);

/// Who watches a measurement.
struct KernelsWatch {
  std::function<bool()> is_stop_requested;                  ///< asked between rounds
  std::function<void(const KernelsBenchRecord&)> on_point;  ///< after every finished point
  ProgressSink* progress = nullptr;
};

/// Measures every shape × block × sparsity that `record` does not hold yet: our operators against
/// every rival, all checked against the reference first and timed in the same rounds.
///
/// Requires settings from resolved(); record.settings equal to them, or no results in it
/// Effects  sets the threads of OpenMP and of every library; status and reason of the result tell
///          whether a stop was asked for
/// Errors   RunError: our own result is off
KernelsBenchRecord run_kernels_suite(KernelsBenchRecord record, const KernelsWatch& watch);

}  // namespace actscope::bench
