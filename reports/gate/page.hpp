// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// A verdict as one self-contained page. No script.
std::string gate_page(const GateResult& result, std::string_view introduction);

// Text embedded at build time (cmake/embed_text.cmake).
std::string_view html_gate();  ///< reports/gate/page.html

}  // namespace actscope::reports
