// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/kernels/block_spec.hpp"
#include "element_type.hpp"

namespace actscope::bench {

/// One point of a suite: three rows of the record.
struct SuitePoint {
  kernels::Backend backend = kernels::Backend::cpu;
  ElementType type;
  std::int64_t threads = 0;  ///< 0 on cuda
  std::string shape;
  kernels::BlockSpec spec;

  bool is_on_platform_of(const SuitePoint& other) const {
    return backend == other.backend && type == other.type && threads == other.threads;
  }
};

/// Errors  ConfigError: unknown name, with the known ones
kernels::Backend backend_named(const std::string& name);
kernels::Select select_named(const std::string& name);

/// Every combination of back end, type and threads that exists, each with every shape, block and
/// sparsity. cuda is measured once for all threads.
/// Requires settings from resolved()
std::vector<SuitePoint> all_points(const KernelsSettings& settings);

/// Those that the record has no rows of.
std::vector<SuitePoint> open_points(const KernelsBenchRecord& record);

/// "cpu bf16, 2 threads, fc1 16x16 at 80 %".
std::string describe(const SuitePoint& point);

}  // namespace actscope::bench
