// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::reports {

/// Heat maps in HTML, grouped so that a script can choose among them: one element of class "maps"
/// a variant and figure, with data-variant and data-figure, the first figure shown.
std::string kernels_heat_maps(const KernelsBenchRecord& record);

/// The choosers of variant and figure; a choice of one is left out.
std::string kernels_choosers(const KernelsBenchRecord& record);

}  // namespace actscope::reports
