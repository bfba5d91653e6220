// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/base/sweep_record.hpp"

namespace actscope::reports {

enum class Format { text, markdown, html, csv };

/// "text", "md", "html", "csv".
/// Errors  ConfigError: another name
Format parse_format(std::string_view name);

struct NamedRun {
  std::string name;
  RunRecord record;
};

/// Renders runs side by side. The run table has one row a run: scheme, block, sparsity, saved
/// bytes, peak, step time, accuracy, each against the first run whose scheme is `dense` (plain
/// where there is none). HTML is one self-contained file without network: run table, accuracy
/// curves, footprint bars (dense against stored, by layer and slot), light and dark.
///
/// `introduction` stands above everything (text and Markdown as is, HTML as a paragraph).
std::string render_runs(std::span<const NamedRun> runs, Format format,
                        std::string_view introduction = {});

/// A sweep and the reports of its finished points, as far as they could be read.
struct SweepWithRuns {
  SweepRecord record;
  std::vector<NamedRun> runs;
};

/// Renders a sweep: one row a configuration with means over its seeds and differences to the dense
/// run of the same seed; CSV has one row a point. HTML is one self-contained page: heat maps of
/// block against sparsity, Pareto plot, the table, and for the runs of the first seed what
/// render_runs draws.
std::string render_sweep(const SweepWithRuns& sweep, Format format,
                         std::string_view introduction = {});

}  // namespace actscope::reports
