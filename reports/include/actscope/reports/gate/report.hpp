// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// A stored verdict. Text and Markdown: as gate_text and gate_markdown have it; CSV: a row a
/// metric; HTML: one self-contained page without script, every row with its ratio, reason and
/// waiver.
std::string render_gate(const GateResult& result, Format format,
                        std::string_view introduction = {});

}  // namespace actscope::reports
