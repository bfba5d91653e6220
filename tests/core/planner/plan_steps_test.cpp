// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/planner/plan_steps.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "planner/plan_choice.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t kib = 1024;

// A plan whose ways keep less the slower they are: the first in their list keep the most.
PlanRecord measured_plan() {
  PlanRecord plan;
  plan.config.data = "synthetic";
  plan.config.image_size = 28;
  plan.config.dim = 32;
  plan.config.depth = 4;
  plan.config.batch = 16;
  plan.config.block_rows = plan.config.block_cols = 8;
  const Scene scene = uncalibrated_scene(plan.config);
  const auto ways = static_cast<std::int64_t>(scene.ways.size());
  for (std::int64_t w = 0; w < ways; ++w) {
    PlanCandidate candidate;
    candidate.name = scene.ways[static_cast<std::size_t>(w)].name;
    candidate.slots = scene.ways[static_cast<std::size_t>(w)].slots;
    candidate.operands = scene.ways[static_cast<std::size_t>(w)].operands;
    candidate.saved_bytes = (ways - w) * 400 * kib;
    candidate.forward_transient_bytes = candidate.saved_bytes + 64 * kib;
    candidate.backward_transient_bytes = 64 * kib;
    candidate.time_s = 0.001 * static_cast<double>(10 + w);
    candidate.gradient_error_ratio = w % 2 == 0 ? 0 : 0.01 * static_cast<double>(w);
    plan.candidates.push_back(candidate);
  }
  plan.budget_bytes = std::int64_t{1} << 40;
  return plan;
}

TEST(PlanSteps, EachKeepsItsBudgetAndLessThanTheOneBefore) {
  const std::vector<PlanRecord> steps = plan_steps(measured_plan());
  ASSERT_GT(steps.size(), 5U);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_LE(steps[i].estimate.peak_bytes, steps[i].budget_bytes);
    EXPECT_EQ(steps[i].layers.size(), 4U);
    EXPECT_FALSE(steps[i].trial);
    if (i == 0) continue;
    EXPECT_LT(steps[i].estimate.peak_bytes, steps[i - 1].estimate.peak_bytes);
    EXPECT_LT(steps[i].budget_bytes, steps[i - 1].budget_bytes);
  }
}

TEST(PlanSteps, BeginWithTheFastestAndEndWithTheLeastThereIs) {
  const PlanRecord plan = measured_plan();
  const std::vector<PlanRecord> steps = plan_steps(plan);
  for (const PlanCandidate& other : plan.candidates) {
    EXPECT_LE(steps.front().estimate.blocks_time_s, 4 * other.time_s + 1e-12) << other.name;
  }
  Scene scene = uncalibrated_scene(plan.config);
  scene.candidates = plan.candidates;
  EXPECT_EQ(steps.back().estimate.peak_bytes, least_budget_of(scene, {}));
}

TEST(PlanSteps, AreWhatAPlanForTheirBudgetChooses) {
  const PlanRecord plan = measured_plan();
  Scene scene = uncalibrated_scene(plan.config);
  scene.candidates = plan.candidates;
  for (const PlanRecord& step : plan_steps(plan, 5)) {
    const auto choice = choose(scene, {}, step.budget_bytes);
    ASSERT_TRUE(choice);
    PlanRecord fine = plan;
    describe(scene, *choice, fine);
    // Bytes are counted in coarser steps here.
    EXPECT_NEAR(step.estimate.blocks_time_s, fine.estimate.blocks_time_s, 0.002);
  }
}

TEST(PlanSteps, HoldTheBoundOnTheGradientErrorAndTheReserve) {
  PlanRecord plan = measured_plan();
  plan.max_gradient_error_ratio = 0;
  plan.reserve_bytes = 512 * kib;
  for (const PlanRecord& step : plan_steps(plan)) {
    EXPECT_EQ(step.estimate.gradient_error_ratio, 0);
    EXPECT_LE(step.estimate.peak_bytes + plan.reserve_bytes, step.budget_bytes);
  }
}

TEST(PlanSteps, APlanOfOtherWaysIsRefused) {
  PlanRecord plan = measured_plan();
  plan.candidates.back().name = "a way of tomorrow";
  EXPECT_THROW((void)plan_steps(plan), ConfigError);
  plan.candidates.pop_back();
  EXPECT_THROW((void)plan_steps(plan), ConfigError);
}

TEST(PlanSteps, ARecordThatObeysAPlanGivesTheSameSteps) {
  const std::vector<PlanRecord> steps = plan_steps(measured_plan());
  const std::vector<PlanRecord> again = plan_steps(steps[steps.size() / 2]);
  EXPECT_EQ(again.back().layers, steps.back().layers);
}

}  // namespace
}  // namespace actscope::core
