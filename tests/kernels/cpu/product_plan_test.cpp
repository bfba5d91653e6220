// SPDX-License-Identifier: Apache-2.0
#include "cpu/product_plan.hpp"

#include <gtest/gtest.h>

namespace actscope::kernels {
namespace {

TEST(Strips, CoverTheOutputsWithoutOverlap) {
  for (std::int64_t outputs = 1; outputs < 300; ++outputs) {
    const cpu::Strips strips(outputs);
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < strips.count(); ++i) {
      const cpu::Strip strip = strips.strip(i);
      ASSERT_EQ(strip.first, next) << outputs << " outputs";
      ASSERT_GT(strip.count, 0);
      ASSERT_GE(strip.width, strip.count);
      ASSERT_LT(strip.width - strip.count, cpu::strip_step);
      ASSERT_LE(strip.width, cpu::strip_width);
      ASSERT_EQ(strip.width % cpu::strip_step, 0);
      next += strip.count;
    }
    ASSERT_EQ(next, outputs);
  }
  EXPECT_EQ(cpu::Strips(0).count(), 0);
  EXPECT_EQ(cpu::Strips(196).strip(0).width, 32);  // 13 steps in 5 strips: 32, 48, 32, 48, 48
}

TEST(PartsForThreads, CutOnlyWhereThreadsWouldWait) {
  EXPECT_EQ(cpu::parts_for_threads(6, 100, 2), 1);
  EXPECT_EQ(cpu::parts_for_threads(24, 100, 1), 1);
  EXPECT_EQ(cpu::parts_for_threads(1, 100, 4), 4);
  EXPECT_EQ(cpu::parts_for_threads(1, 2, 8), 2);
  EXPECT_EQ(cpu::parts_for_threads(6, 100, 16), 5);
}

}  // namespace
}  // namespace actscope::kernels
