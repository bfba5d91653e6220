// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/base/plan_record.hpp"
#include "planner/block_ways.hpp"
#include "planner/budget_knapsack.hpp"

namespace actscope::core {

/// The way of keeping each block, as its place among the ways of a scene.
using Choice = std::vector<std::size_t>;

/// All that is known when a plan is chosen.
struct Scene {
  ResMlpGeometry geometry;
  std::vector<BlockWay> ways;             ///< plain autograd first
  std::vector<PlanCandidate> candidates;  ///< one a way, as measured
  StepShape step;
  std::int64_t dense_rest_bytes = 0;  ///< kept beside the slots of blocks by plain autograd
  std::int64_t rest_bytes = 0;        ///< and by every other scheme
  std::int64_t dense_copy_bytes = 0;  ///< of parameters rounded for plain autograd

  /// Exact, by the byte model. Units: bytes
  std::int64_t saved_bytes(const Choice& choice) const;
};

/// What shapes alone tell: everything but the candidates.
/// Errors  ConfigError, UnsupportedBlockSize: as block_ways
Scene uncalibrated_scene(const RunConfig& config);

/// The candidates as a knapsack takes them: losing all of its gradient makes a block cost
/// `error_weight` of its time more.
std::vector<BlockOption> options_of(const Scene& scene, double error_weight);

/// What a whole step takes under a choice, predicted.
PlanEstimate estimate_of(const Scene& scene, const Choice& choice);

}  // namespace actscope::core
