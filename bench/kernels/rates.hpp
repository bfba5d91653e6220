// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::bench {

/// Fills in what a row's FLOPs, bytes and time say on a machine: FLOPs and bytes a second, the
/// share of the peak and of the roofline.
/// Requires time_s, kept_flops and moved_bytes of the row
void set_rates(KernelResult& row, const KernelsMachine& machine);

}  // namespace actscope::bench
