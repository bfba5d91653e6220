// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::bench {

/// What `threads` threads of this machine reach together: multiply-adds in registers with the
/// widest vectors it has, and a triad over arrays that no cache holds. The best of several rounds.
///
/// Cost  about a second; 192 MiB
KernelsMachine measure_host_machine(std::int64_t threads);

/// Measures the peak once more; on a shared machine the best of many moments is nearest the truth.
/// Cost  some 40 ms
double measure_host_peak(std::int64_t threads);

}  // namespace actscope::bench
