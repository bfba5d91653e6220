// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// A history as one self-contained page: a section a configuration with its lines to quote, its
/// table and a plot a metric. No script.
std::string history_page(const History& history, std::string_view introduction);

// Text embedded at build time (cmake/embed_text.cmake).
std::string_view html_history();  ///< reports/history/page.html

}  // namespace actscope::reports
