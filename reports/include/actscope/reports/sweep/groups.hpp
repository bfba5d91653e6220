// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/statistics/accuracy_interval.hpp"

namespace actscope::reports {

/// Mean over the seeds of a configuration, and where it lies with 95 %.
struct SeedMean {
  std::optional<double> mean;
  /// By Student's over the seeds, absent below two values; of accuracies as accuracy_interval.hpp
  /// has it, from one seed on where the held-out images are counted.
  std::optional<Interval> interval;
};

/// The points of one configuration, which differ in the seed alone. Differences are against the
/// dense point of the same seed that trained alike.
struct SweepGroup {
  std::string name;  ///< as configuration_name, and what else tells it apart in this sweep
  RunConfig config;  ///< of its first point
  PointRole role = PointRole::grid;
  std::int64_t points = 0, done = 0, failed = 0, skipped = 0;
  SeedMean saved_bytes, peak_bytes, step_time_s, train_loss;
  SeedMean accuracy_ratio;             ///< held-out
  SeedMean accuracy_difference_ratio;  ///< against dense, by seed
  /// With 95 % confidence (one-sided) the true difference is above this: the configuration is not
  /// inferior to dense by a margin m where this is above −m. Absent below two seeds, and where all
  /// that is known are seeds that agree.
  std::optional<double> least_difference_ratio;
  SeedMean saved_of_dense_ratio, peak_of_dense_ratio, step_of_dense_ratio;
  bool is_reference = false;        ///< it is the dense configuration itself
  std::string why_not_compared;     ///< empty where every seed has a dense point that trained alike
  std::int64_t heldout_images = 0;  ///< the fewest behind an accuracy; 0: unknown of some
  std::string reason;               ///< of the first point that failed or was skipped
  std::vector<std::size_t> places;  ///< of its points in the record
};

/// In the order of the document: baselines of the first seed, then its grid.
///
/// data_hashes  of the data of each point, empty texts where unknown; none at all: all unknown.
///              Points are compared with dense ones that read the same data.
std::vector<SweepGroup> sweep_groups(const SweepRecord& record,
                                     std::span<const std::string> data_hashes = {});

/// What a choice may cost against dense, on average over the seeds; absent: anything.
struct ChoiceLimits {
  double lost_accuracy_ratio = 0.01;
  std::optional<double> step_of_dense_ratio = {}, peak_of_dense_ratio = {};
};

/// Whether a configuration keeps fewer bytes than dense, is done for every seed and within limits.
bool is_within(const SweepGroup& group, const ChoiceLimits& limits);

/// Which configuration to take, of the grid or beside it: the fewest bytes (the shorter step where
/// bytes are equal within 1 %) among those within the limits; null where there is none.
const SweepGroup* chosen_group(const std::vector<SweepGroup>& groups, const ChoiceLimits& limits);

}  // namespace actscope::reports
