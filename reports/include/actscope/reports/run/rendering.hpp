// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "actscope/base/run_record.hpp"
#include "actscope/reports/format/output_format.hpp"

namespace actscope::reports {

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

}  // namespace actscope::reports
