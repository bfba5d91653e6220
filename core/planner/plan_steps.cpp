// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/planner/plan_steps.hpp"

#include <algorithm>
#include <functional>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "planner/plan_choice.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t coarse_buckets = 1 << 11;

Scene measured_scene(const PlanRecord& plan) {
  RunConfig config = plan.config;
  config.scheme = "exact";
  config.slot_overrides.clear();
  config.operand_overrides.clear();
  Scene scene = uncalibrated_scene(config);
  const bool is_same =
      std::ranges::equal(scene.ways, plan.candidates, {}, &BlockWay::name, &PlanCandidate::name);
  if (!is_same) {
    throw ConfigError(
        error_text("the plan measured other ways of keeping a block than this "
                   "version has",
                   {}, "make it anew with actscope plan"));
  }
  scene.candidates = plan.candidates;
  return scene;
}

std::vector<std::int64_t> budgets_of(const Scene& scene, const ChoiceLimits& limits,
                                     std::int64_t most_budgets, std::int64_t wanted) {
  const std::int64_t least = least_budget_of(scene, limits);
  std::int64_t most = least;
  for (const PlanPreset& preset : presets_of(scene, limits, least)) {
    most = std::max(most, preset.estimate.peak_bytes);
  }
  std::vector<std::int64_t> budgets{wanted, most, least};
  for (std::int64_t i = 1; i + 2 < most_budgets; ++i) {
    budgets.push_back(least + (most - least) / (most_budgets - 2) * i);
  }
  std::ranges::sort(budgets, std::greater());
  budgets.erase(std::ranges::unique(budgets).begin(), budgets.end());
  return budgets;
}

}  // namespace

std::vector<PlanRecord> plan_steps(const PlanRecord& plan, std::int64_t budgets) {
  ACTSCOPE_REQUIRES(budgets >= 3);
  const Scene scene = measured_scene(plan);
  const ChoiceLimits limits{plan.max_gradient_error_ratio, plan.error_weight_ratio, coarse_buckets};
  ChoiceLimits fine = limits;
  fine.buckets = ChoiceLimits().buckets;
  std::vector<PlanRecord> steps;
  const std::int64_t wanted = plan.budget_bytes - plan.reserve_bytes;
  for (const std::int64_t budget : budgets_of(scene, limits, budgets, wanted)) {
    auto choice = choose(scene, limits, budget);
    if (!choice) choice = choose(scene, fine, budget);  // at the least there is every byte counts
    if (!choice) continue;
    PlanRecord step = plan;
    step.budget_bytes = budget + plan.reserve_bytes;
    step.trial.reset();
    step.presets = presets_of(scene, limits, budget);
    describe(scene, *choice, step);
    if (!steps.empty() && step.estimate.peak_bytes >= steps.back().estimate.peak_bytes) continue;
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace actscope::core
