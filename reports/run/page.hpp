// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "actscope/reports/run/rendering.hpp"
#include "run/table.hpp"

namespace actscope::reports {

/// One self-contained page: run table, charts with their tables, remarks. No network, no fonts of
/// its own; light and dark as the reader's system is.
std::string html_report(std::span<const NamedRun> runs, std::string_view introduction,
                        const Remarks& remarks);

/// The same page with a section above the table of runs, and its script after those of the page.
std::string page_of(std::span<const NamedRun> runs, std::string_view introduction,
                    const Remarks& remarks, const std::string& section,
                    const std::string& section_script);

/// Whether a run trained as the one that the page compares with.
bool is_alike(const RunConfig& config, const RunConfig* reference);

// Texts embedded at build time (cmake/embed_text.cmake).
std::string_view html_page();  ///< reports/run/page.html, with marks @NAME@ for its parts
std::string_view html_charts();

}  // namespace actscope::reports
