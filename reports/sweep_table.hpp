// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"
#include "text_table.hpp"

namespace actscope::reports {

/// Mean and standard error over the seeds of a configuration.
struct SeedMean {
  std::optional<double> mean;
  std::optional<double> standard_error;  ///< absent below two values
};

/// The points of one configuration, which differ in the seed alone. Differences are against the
/// dense point of the same seed.
struct SweepGroup {
  RunConfig config;  ///< of its first point
  PointRole role = PointRole::grid;
  std::int64_t points = 0, done = 0, failed = 0, skipped = 0;
  SeedMean saved_bytes, peak_bytes, step_time_s, train_loss;
  SeedMean accuracy_ratio;             ///< held-out
  SeedMean accuracy_difference_ratio;  ///< against dense, by seed
  SeedMean saved_of_dense_ratio, peak_of_dense_ratio, step_of_dense_ratio;
  double sample_error_ratio = 0;  ///< standard error of one accuracy by its held-out sample alone
  std::string reason;             ///< of the first point that failed or was skipped
};

/// In the order of the document: baselines of the first seed, then its grid.
std::vector<SweepGroup> sweep_groups(const SweepRecord& record);

/// "int4-bsr 8x8 50 %".
std::string group_name(const RunConfig& config);

/// Which configuration of the grid to take: the fewest bytes (the shorter step where bytes are
/// equal within 1 %) among those that are done for every seed and lose at most `margin_ratio` of
/// held-out accuracy against dense on average; null where there is none.
const SweepGroup* chosen_group(const std::vector<SweepGroup>& groups, double margin_ratio);

/// One sentence that names the choice, its bytes, accuracy and step against dense.
std::string choice_text(const std::vector<SweepGroup>& groups);

/// One row a configuration, human units.
TextTable sweep_table(const std::vector<SweepGroup>& groups);

/// One row a point, plain numbers with their units in the header.
TextTable sweep_numbers(const SweepRecord& record);

/// What the reader must know beside the table, and the points that did not end well.
std::vector<std::string> sweep_remarks(const SweepRecord& record,
                                       const std::vector<SweepGroup>& groups);

}  // namespace actscope::reports
