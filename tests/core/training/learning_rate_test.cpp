// SPDX-License-Identifier: Apache-2.0
#include "training/learning_rate.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

TEST(LearningRate, OfASingleStepIsThePeak) {
  EXPECT_DOUBLE_EQ(learning_rate_at(0, 1, 2.0, 0), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(0, 1, 2.0, 0.1), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(0, 1, 2.0, 1), 2.0);
}

TEST(LearningRate, RisesLinearlyThenFalls) {
  for (std::int64_t step = 0; step < 10; ++step) {
    EXPECT_DOUBLE_EQ(learning_rate_at(step, 100, 1.0, 0.1), 0.1 * static_cast<double>(step + 1));
  }
  EXPECT_DOUBLE_EQ(learning_rate_at(10, 100, 1.0, 0.1), 1.0);
  for (std::int64_t step = 11; step < 100; ++step) {
    EXPECT_LT(learning_rate_at(step, 100, 1.0, 0.1), learning_rate_at(step - 1, 100, 1.0, 0.1));
  }
}

TEST(LearningRate, IsHalfwayInTheMiddleAndNeverBelowAHundredth) {
  EXPECT_NEAR(learning_rate_at(50, 100, 1.0, 0), 0.505, 1e-12);
  EXPECT_GT(learning_rate_at(99, 100, 1.0, 0), 0.01);
  EXPECT_LT(learning_rate_at(99, 100, 1.0, 0), 0.011);
}

TEST(LearningRate, OnlyRisesWhereAllIsWarmUp) {
  EXPECT_DOUBLE_EQ(learning_rate_at(0, 4, 1.0, 1), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_at(3, 4, 1.0, 1), 1.0);
}

}  // namespace
}  // namespace actscope::core
