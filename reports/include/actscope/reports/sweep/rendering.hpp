// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/run/rendering.hpp"

namespace actscope::reports {

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
