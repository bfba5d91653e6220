// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/reports/rendering.hpp"

namespace actscope::reports {

/// One self-contained page: run table, accuracy curves, footprint bars, remarks. No network.
std::string html_report(std::span<const NamedRun> runs, std::string_view introduction,
                        const std::vector<std::string>& remarks);

/// Chart.js, embedded at build time (cmake/embed_text.cmake).
std::string_view chart_js();
/// The page with the marks @INTRODUCTION@, @TABLE@, @REMARKS@, @CHARTJS@, @DATA@.
std::string_view html_template();

}  // namespace actscope::reports
