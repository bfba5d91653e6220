// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actscope/core/config/alike.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "actscope/reports/statistics/accuracy_interval.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// The name of the model and, where it is not ours, whose it is: "net (libtorch)".
std::string model_text(const RunRecord& record);
/// The scheme; of a run whose scheme is not known its model: runs of one are drawn alike.
std::string scheme_text(const RunRecord& record);

/// The first completed run that is dense, or null: the one that a page is about.
const NamedRun* dense_run(std::span<const NamedRun> runs);

/// The completed dense runs, to find the one that a run is compared with.
core::DenseRuns dense_runs(std::span<const NamedRun> runs);

/// One row a run, human units, each figure also against the dense run that trained alike, with the
/// same seed or else with another.
TextTable run_table(std::span<const NamedRun> runs);

/// One row a run, plain numbers with their units in the header.
TextTable run_numbers(std::span<const NamedRun> runs);

/// What the reader must know before believing the accuracies: seeds, length, the noise of the
/// held-out sample.
std::string accuracy_remark(std::span<const NamedRun> runs);

/// What the reader must know beside the table.
struct Remarks {
  std::vector<std::string> general;   ///< noise, definitions, runs that did not complete
  std::vector<std::string> warnings;  ///< of single runs
};
Remarks remarks_on(std::span<const NamedRun> runs);

/// Where the held-out accuracy lies with 95 % by its images alone, or nothing where it was not
/// measured or they were not counted.
std::optional<Interval> accuracy_interval_of(const RunRecord& record);

/// "completed", "interrupted", "failed".
std::string status_text(const RunRecord& record);

/// "16x16", or a dash where the scheme has no blocks.
std::string block_text(const RunConfig& config);

}  // namespace actscope::reports
