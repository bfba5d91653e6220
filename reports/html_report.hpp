// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "actscope/reports/rendering.hpp"
#include "run_table.hpp"

namespace actscope::reports {

/// One self-contained page: run table, charts with their tables, remarks. No network, no fonts of
/// its own; light and dark as the reader's system is.
std::string html_report(std::span<const NamedRun> runs, std::string_view introduction,
                        const Remarks& remarks);

/// The same page for a sweep, with heat maps and the Pareto plot above the runs of its first seed.
std::string html_sweep_report(const SweepWithRuns& sweep, std::string_view introduction);

/// The section that tells who keeps the memory, for the runs whose record says so; else empty.
std::string html_ledger(std::span<const NamedRun> runs);

/// Puts the parts into a page at their marks @NAME@, in one pass: a mark inside a part stays what
/// it is, text.
std::string filled(std::string_view page, const std::map<std::string_view, std::string>& parts);

// Texts embedded at build time (cmake/embed_text.cmake).
std::string_view chart_js();
/// The page with marks @NAME@ for its parts (reports/html/page.html).
std::string_view html_page();
std::string_view html_style();
std::string_view html_charts();
/// The section of a sweep (reports/html/sweep.html) and its script.
std::string_view html_sweep();
std::string_view html_sweep_charts();
/// The page of a kernels document (reports/html/kernels.html).
std::string_view html_kernels();
/// The page of a tracer document (reports/html/tracer.html).
std::string_view html_tracer();

}  // namespace actscope::reports
