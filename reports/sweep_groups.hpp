// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"

namespace actscope::reports {

/// Mean and standard error over the seeds of a configuration.
struct SeedMean {
  std::optional<double> mean;
  std::optional<double> standard_error;  ///< absent below two values
};

/// The points of one configuration, which differ in the seed alone. Differences are against the
/// dense point of the same seed, model, data and training.
struct SweepGroup {
  std::string name;  ///< as configuration_name, and what else tells it apart in this sweep
  RunConfig config;  ///< of its first point
  PointRole role = PointRole::grid;
  std::int64_t points = 0, done = 0, failed = 0, skipped = 0;
  SeedMean saved_bytes, peak_bytes, step_time_s, train_loss;
  SeedMean accuracy_ratio;             ///< held-out
  SeedMean accuracy_difference_ratio;  ///< against dense, by seed
  /// What the true difference is above with 95 % confidence (Student's t over the seeds,
  /// one-sided): not inferior to dense by a margin m where this is above −m. Absent below two
  /// seeds.
  std::optional<double> least_difference_ratio;
  SeedMean saved_of_dense_ratio, peak_of_dense_ratio, step_of_dense_ratio;
  double sample_error_ratio = 0;  ///< standard error of one accuracy by its held-out sample alone
  std::string reason;             ///< of the first point that failed or was skipped
};

/// In the order of the document: baselines of the first seed, then its grid.
std::vector<SweepGroup> sweep_groups(const SweepRecord& record);

/// Which configuration to take, of the grid or beside it: the fewest bytes (the shorter step where
/// bytes are equal within 1 %) among those that keep fewer than dense, are done for every seed and
/// lose at most `margin_ratio` of held-out accuracy against dense on average; null where there is
/// none.
const SweepGroup* chosen_group(const std::vector<SweepGroup>& groups, double margin_ratio);

}  // namespace actscope::reports
