// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// Whether a run recorded operators or kernels.
bool has_timings(const RunRecord& run);
/// Whether one of its operators was counted by the processor.
bool has_counts(const RunRecord& run);

/// Calls, seconds and counted events of several rows. Counts as doubles: a file may hold counts of
/// any size.
struct TimingSums {
  double calls = 0;
  double total_s = 0;
  std::array<std::optional<double>, hardware_counter_count> counts;  ///< by HardwareCounter

  void add(const OperatorTiming& row);
};

/// Rows of one kind, longest first.
struct LongestTimings {
  std::vector<OperatorTiming> rows;  ///< at most as many as asked for
  std::size_t others = 0;            ///< rows beyond those
  TimingSums rest;                   ///< of the others
  TimingSums all;
};
LongestTimings longest_timings(std::vector<OperatorTiming> timings, std::size_t rows);

/// The longest operators and, apart, kernels: calls and milliseconds of a traced step, and the
/// share of all of their kind; what is beyond `rows` of a kind stands in one row. Where a call was
/// counted, also millions of cycles a step, instructions a cycle, and thousands of loads a step
/// that missed the last cache.
TextTable timing_table(const RunRecord& run, std::size_t rows);

/// What must be known beside it: how many steps, where kernels come from, what was lost.
std::string timing_remark(const RunRecord& run);

/// What the trace level cost the run, or why that was not measured.
std::string tracer_cost_remark(const TracerCost& cost);

}  // namespace actscope::reports
