// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"

namespace actscope::app {

/// The table of points that `--dry-run` prints: id, role, scheme, block, sparsity, seed, and the
/// reason of those that cannot be.
std::string planned_points(const std::vector<SweepPointRecord>& points);

/// About how long the points that are still to run will train with `workers` at once: trains a few
/// steps of dense here and multiplies. Units: seconds.
/// Errors  as core::train
double estimated_seconds(const std::vector<SweepPointRecord>& points, std::int64_t workers);

}  // namespace actscope::app
