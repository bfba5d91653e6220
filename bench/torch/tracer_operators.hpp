// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::bench {

/// What it costs to see one LibTorch operator, by the tracer and by LibTorch's profiler, and what
/// the counting allocator adds to an allocation with its free; each less the same call unseen.
/// Requires nobody else records; install_counting_cpu_allocator was called
std::vector<TracerCallCost> operator_costs(std::int64_t rounds);

}  // namespace actscope::bench
