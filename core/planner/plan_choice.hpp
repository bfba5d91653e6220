// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actscope/base/plan_record.hpp"
#include "planner/plan_scene.hpp"

namespace actscope::core {

/// What limits a choice beside the budget.
struct ChoiceLimits {
  std::optional<double> max_gradient_error_ratio;  ///< as in PlanRequest
  double error_weight = 0.25;                      ///< as in PlanRequest
  std::int64_t buckets = 1 << 13;  ///< of the knapsack: how finely bytes are counted
};

/// Every preset for all blocks, and whether it keeps budget and limits.
std::vector<PlanPreset> presets_of(const Scene& scene, const ChoiceLimits& limits,
                                   std::int64_t budget_bytes);

/// The choice of least cost within the budget that no preset within it is faster than: the weight
/// of errors is lowered until that holds. With 0 the choice is the fastest there is.
/// Absent: nothing fits.
std::optional<Choice> choose(const Scene& scene, const ChoiceLimits& limits,
                             std::int64_t budget_bytes);

/// The least budget that some choice keeps.
std::int64_t least_budget_of(const Scene& scene, const ChoiceLimits& limits);

/// Writes a choice into a record: layers, estimate, and the overrides of the configuration.
void describe(const Scene& scene, const Choice& choice, PlanRecord& record);

}  // namespace actscope::core
