// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::reports {

/// One self-contained page: a heat map a shape for every back end, type and number of threads and
/// several figures, of which the page shows one at a time (without script: all ratios to dense).
std::string kernels_page(const KernelsBenchRecord& record, std::string_view introduction);

// Text embedded at build time (cmake/embed_text.cmake).
std::string_view html_kernels();  ///< reports/bench_kernels/page.html

}  // namespace actscope::reports
