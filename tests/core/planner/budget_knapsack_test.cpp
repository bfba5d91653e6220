// SPDX-License-Identifier: Apache-2.0
#include "planner/budget_knapsack.hpp"

#include <gtest/gtest.h>

#include <random>

namespace actscope::core {
namespace {

using Choice = std::vector<std::size_t>;

double cost_of(const std::vector<BlockOption>& options, const Choice& choice) {
  double cost = 0;
  for (const std::size_t o : choice) cost += options[o].cost;
  return cost;
}

// Every choice there is.
std::optional<Choice> by_trying_all(const StepShape& step, const std::vector<BlockOption>& options,
                                    std::int64_t budget) {
  std::optional<Choice> best;
  Choice choice(static_cast<std::size_t>(step.blocks), 0);
  while (true) {
    if (peak_of(step, options, choice) <= budget &&
        (!best || cost_of(options, choice) < cost_of(options, *best))) {
      best = choice;
    }
    std::size_t i = 0;
    while (i < choice.size() && ++choice[i] == options.size()) choice[i++] = 0;
    if (i == choice.size()) return best;
  }
}

TEST(PeakOf, OneBlockByHand) {
  const StepShape step{.blocks = 1,
                       .base_bytes = 100,
                       .map_bytes = 10,
                       .block_gradient_bytes = 7,
                       .tail_gradient_bytes = 3};
  // Backward: 100 + 10 + 20 saved + 3 gradients of the tail + 50.
  EXPECT_EQ(peak_of(step, {{20, 40, 50, 1}}, {0}), 183);
  // Forward: 100 + 10 + 90.
  EXPECT_EQ(peak_of(step, {{20, 90, 5, 1}}, {0}), 200);
}

TEST(PeakOf, AnEarlierBlockHoldsLessSavedAndMoreGradients) {
  const StepShape step{.blocks = 2,
                       .base_bytes = 0,
                       .map_bytes = 0,
                       .block_gradient_bytes = 100,
                       .tail_gradient_bytes = 0};
  // Block 1: 10 + 10 + 5; block 0: 10 + 100 + 5.
  EXPECT_EQ(peak_of(step, {{10, 0, 5, 1}}, {0, 0}), 115);
}

TEST(PeakOf, OutsideTheBlocksStandsTheFloor) {
  EXPECT_EQ(peak_of({.blocks = 1, .floor_bytes = 999}, {{1, 1, 1, 1}}, {0}), 999);
}

TEST(CheapestWithin, TakesTheCheaperWherethereIsRoom) {
  const StepShape step{.blocks = 3, .base_bytes = 10};
  const std::vector<BlockOption> options{{100, 0, 0, 1}, {10, 0, 0, 2}};
  EXPECT_EQ(cheapest_within(step, options, 310), (Choice{0, 0, 0}));
  EXPECT_EQ(cheapest_within(step, options, 39), std::nullopt);
  const auto two_of_three = cheapest_within(step, options, 220);
  ASSERT_TRUE(two_of_three);
  EXPECT_DOUBLE_EQ(cost_of(options, *two_of_three), 4);
}

TEST(CheapestWithin, IsTheBestOfAllChoicesAndWithinTheBudget) {
  std::mt19937 random(1);
  const auto upto = [&](int n) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
  };
  int solved = 0;
  for (int round = 0; round < 300; ++round) {
    const StepShape step{.blocks = 1 + upto(4),
                         .base_bytes = upto(50),
                         .map_bytes = upto(10),
                         .block_gradient_bytes = upto(20),
                         .tail_gradient_bytes = upto(5),
                         .floor_bytes = upto(120)};
    std::vector<BlockOption> options;
    for (std::int64_t o = 0; o < 1 + step.blocks; ++o) {
      options.push_back({upto(60), upto(60), upto(60), static_cast<double>(1 + upto(100))});
    }
    const std::int64_t budget = upto(400);
    const auto expected = by_trying_all(step, options, budget);
    // With buckets of one byte the choice is exact.
    const auto got = cheapest_within(step, options, budget, 1000);
    ASSERT_EQ(got.has_value(), expected.has_value()) << round;
    if (!got) continue;
    ++solved;
    EXPECT_LE(peak_of(step, options, *got), budget) << round;
    EXPECT_DOUBLE_EQ(cost_of(options, *got), cost_of(options, *expected)) << round;
    // With coarse buckets it is never over the budget.
    if (const auto coarse = cheapest_within(step, options, budget, 5)) {
      EXPECT_LE(peak_of(step, options, *coarse), budget) << round;
    }
  }
  EXPECT_GT(solved, 100);
}

TEST(LeastBudget, IsKeptAndNothingBelowItIs) {
  std::mt19937 random(2);
  const auto upto = [&](int n) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
  };
  for (int round = 0; round < 100; ++round) {
    const StepShape step{.blocks = 1 + upto(3),
                         .base_bytes = upto(50),
                         .map_bytes = upto(10),
                         .block_gradient_bytes = upto(20),
                         .floor_bytes = upto(150)};
    std::vector<BlockOption> options;
    for (int o = 0; o < 3; ++o) options.push_back({upto(60), upto(60), upto(60), 1});
    const std::int64_t least = least_budget(step, options);
    EXPECT_TRUE(by_trying_all(step, options, least)) << round;
    EXPECT_FALSE(by_trying_all(step, options, least - 1)) << round;
  }
}

}  // namespace
}  // namespace actscope::core
