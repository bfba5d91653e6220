// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/sweep/rendering.hpp"

namespace actscope::reports {

/// The page of runs for a sweep, with heat maps and the Pareto plot above the runs of its first
/// seed.
std::string html_sweep_report(const SweepWithRuns& sweep, std::string_view introduction);

// Texts embedded at build time (cmake/embed_text.cmake).
std::string_view html_sweep();         ///< reports/sweep/section.html
std::string_view html_sweep_charts();  ///< reports/sweep/plots.js

}  // namespace actscope::reports
