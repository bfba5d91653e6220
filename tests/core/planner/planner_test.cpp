// SPDX-License-Identifier: Apache-2.0
// Plans that are carried out: the measured peak against the budget.
#include "actscope/core/planner/planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/training/training.hpp"

namespace actscope::core {
namespace {

PlanRequest small_request(std::int64_t budget_bytes) {
  PlanRequest request;
  request.config.data = "synthetic";
  request.config.image_size = 28;
  request.config.dim = 32;
  request.config.depth = 4;
  request.config.batch = 32;
  request.config.block_rows = request.config.block_cols = 8;
  request.config.threads = 2;
  request.config.workspace_bytes = 1 << 20;
  request.budget_bytes = budget_bytes;
  request.rounds = 1;
  return request;
}

const PlanPreset& preset(const PlanRecord& plan, const std::string& name) {
  return *std::ranges::find(plan.presets, name, &PlanPreset::name);
}

// Where budgets of interest lie: from the least to what dense takes.
PlanRecord survey() {
  PlanRequest request = small_request(std::int64_t{1} << 40);
  request.trials = 0;
  return make_plan(request, {}).value();
}

std::int64_t measured_peak(RunConfig config) {
  config.train_samples = 2 * config.batch;
  config.heldout_samples = 8;
  config.steps = 4;
  return train(config, {}).summary.peak_bytes.value.value();
}

TEST(Planner, FiveBudgetsFromTightToLooseAreKeptAndNoPresetThatFitsIsFaster) {
  const PlanRecord all = survey();
  const std::int64_t least = all.least_budget_bytes + all.least_budget_bytes / 20;
  const std::int64_t most = preset(all, "dense").estimate.peak_bytes * 11 / 10;
  for (int i = 0; i < 5; ++i) {
    const std::int64_t budget = least + (most - least) * i / 4;
    const PlanRecord plan = make_plan(small_request(budget), {}).value();
    ASSERT_EQ(plan.layers.size(), 4U) << budget;
    ASSERT_TRUE(plan.trial);
    EXPECT_LE(plan.trial->peak_bytes, budget);
    EXPECT_LE(measured_peak(plan.config), budget);
    for (const PlanPreset& other : plan.presets) {
      if (other.estimate.peak_bytes + plan.reserve_bytes > budget) continue;
      EXPECT_LE(plan.estimate.blocks_time_s, other.estimate.blocks_time_s) << other.name;
    }
  }
}

TEST(Planner, BelowTheLeastBudgetNothingFitsAndItIsSaid) {
  const PlanRecord plan = make_plan(small_request(100'000), {}).value();
  EXPECT_TRUE(plan.layers.empty());
  EXPECT_FALSE(plan.trial);
  EXPECT_GT(plan.least_budget_bytes, 100'000);
  EXPECT_FALSE(plan.candidates.empty());
}

TEST(Planner, ABoundOfZeroTakesExactWaysOnly) {
  PlanRequest request = small_request(survey().least_budget_bytes * 2);
  request.max_gradient_error_ratio = 0;
  const PlanRecord plan = make_plan(request, {}).value();
  ASSERT_FALSE(plan.layers.empty());
  EXPECT_LT(plan.estimate.gradient_error_ratio, 1e-5);
  EXPECT_FALSE(preset(plan, "int4").is_allowed);
}

TEST(Planner, ThePredictedPeakIsNearTheMeasuredOne) {
  const PlanRecord all = survey();
  for (const char* name : {"dense", "exact", "int4", "int4-bsr", "checkpoint"}) {
    RunConfig config = small_request(1).config;
    config.scheme = name;
    const auto measured = static_cast<double>(measured_peak(config));
    const auto predicted = static_cast<double>(preset(all, name).estimate.peak_bytes);
    EXPECT_NEAR(predicted / measured, 1, 0.1) << name;
  }
}

TEST(Planner, SavedBytesAreThoseOfARun) {
  for (const auto& [drop_path, dtype] :
       {std::pair{0.0, "fp32"}, std::pair{0.3, "fp32"}, std::pair{0.0, "bf16"}}) {
    PlanRequest request = small_request(survey().least_budget_bytes * 3 / 2);
    request.config.drop_path_ratio = drop_path;
    request.config.dtype = dtype;
    const PlanRecord plan = make_plan(request, {}).value();
    RunConfig config = plan.config;
    config.train_samples = config.batch;
    config.heldout_samples = 8;
    config.steps = 2;
    EXPECT_EQ(train(config, {}).summary.saved_bytes.value, plan.estimate.saved_bytes)
        << drop_path << ' ' << dtype;
    EXPECT_EQ(config.dtype, dtype);
  }
}

TEST(Planner, StopsWhenAsked) {
  EXPECT_FALSE(make_plan(small_request(1 << 30), {nullptr, [] { return true; }}));
}

TEST(Planner, WhatIsOutOfRangeIsRefused) {
  EXPECT_THROW(make_plan(small_request(0), {}), ConfigError);
  PlanRequest request = small_request(1 << 30);
  request.rounds = 0;
  EXPECT_THROW(make_plan(request, {}), ConfigError);
  request = small_request(1 << 30);
  request.max_gradient_error_ratio = -1;
  EXPECT_THROW(make_plan(request, {}), ConfigError);
  request = small_request(1 << 30);
  request.config.slot_overrides = {"blocks.*.h=int4"};
  EXPECT_THROW(make_plan(request, {}), ConfigError);
}

}  // namespace
}  // namespace actscope::core
