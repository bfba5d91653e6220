// SPDX-License-Identifier: Apache-2.0
// How products are cut for tensor cores: plain C++, tested without a device.
#include "cuda/strip_plan.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "cuda/divider.hpp"
#include "cuda/limits.hpp"

namespace actscope::kernels::cuda {
namespace {

constexpr std::int64_t tokens = 64 * 196;

StripPlan plan_fc(std::int64_t features, std::int64_t outputs, std::int64_t block,
                  DType dtype = DType::bf16, std::int64_t multiprocessors = usual_multiprocessors,
                  std::int64_t rows = tokens) {
  const PanelLayout layout(1, rows, features, {block, block, 0.8});
  return plan_strips(Reduce::tokens, layout, dtype, outputs, {0, layout.panels()}, multiprocessors);
}

TEST(StripPlan, BothLinearLayersOfABlockFillADevice) {
  const StripPlan fc1 = plan_fc(384, 1536, 16), fc2 = plan_fc(1536, 384, 16);
  EXPECT_TRUE(fc1.fits);
  EXPECT_EQ(fc1.strip_columns(), 384);
  EXPECT_EQ(fc1.left_tiles, 12);
  EXPECT_EQ(fc1.strips, 1);
  EXPECT_EQ(fc1.segments, 98);
  EXPECT_EQ(fc1.parts, 11);
  EXPECT_EQ(fc2.left_tiles * fc2.strips, 12);
  EXPECT_EQ(fc2.tiles() * fc2.parts, usual_multiprocessors);
}

// One wave: a block more would wait for all the others to end.
TEST(StripPlan, AWholeBatchIsOneWaveOnEveryDevice) {
  for (const std::int64_t multiprocessors : {78, 108, 114, 132, 148}) {
    for (const auto& [features, outputs] : {std::pair{384, 1536}, std::pair{1536, 384}}) {
      const StripPlan plan =
          plan_fc(features, outputs, 16, DType::bf16, multiprocessors, 128 * 196);
      EXPECT_LE(plan.tiles() * plan.parts, multiprocessors);
      EXPECT_GT(plan.tiles() * (plan.parts + 1), multiprocessors) << "no part more would fit";
    }
    const PanelLayout images(128, 196, 384, {16, 16, 0.8});
    const StripPlan mixing = plan_strips(Reduce::features, images, DType::bf16, 196,
                                         {0, images.panels()}, multiprocessors);
    EXPECT_LE(mixing.tiles() * mixing.parts, multiprocessors);
    EXPECT_GT(mixing.tiles() * mixing.parts, multiprocessors - 2);
  }
}

TEST(StripPlan, MixingTakesAllTokensOfAnImage) {
  const PanelLayout layout(64, 196, 384, {16, 16, 0.8});
  const StripPlan plan = plan_strips(Reduce::features, layout, DType::f16, 196,
                                     {0, layout.panels()}, usual_multiprocessors);
  EXPECT_TRUE(plan.fits);
  EXPECT_EQ(plan.strip_columns(), 256);
  EXPECT_EQ(plan.segments, 64);
  EXPECT_EQ(plan.left_tiles, 2);
  EXPECT_EQ(plan.parts, 48);  // of at least 512 features
}

TEST(StripPlan, FewColumnsTakeANarrowStrip) {
  EXPECT_EQ(plan_fc(200, 64, 16).strip_columns(), 128);
  EXPECT_EQ(plan_fc(200, 64, 16).strips, 2);
}

TEST(StripPlan, DoublesAreLeftToThePlainKernel) {
  for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
    EXPECT_TRUE(plan_fc(384, 384, 16, dtype).fits);
  }
  EXPECT_FALSE(plan_fc(384, 384, 16, DType::f64).fits);
}

TEST(StripPlan, TooManyBlocksForATableAreLeftToThePlainKernel) {
  EXPECT_TRUE(plan_fc(384, 384, 4).fits);
  EXPECT_EQ(plan_fc(384, 384, 4).table_entries, 32 * 96);
  EXPECT_FALSE(plan_fc(384, 384, 1).fits);
}

TEST(StripPlan, ShortReductionsAreNotSplit) {
  const PanelLayout layout(1, 1000, 384, {16, 16, 0.8});
  const auto plan = [&](PanelRange range) {
    return plan_strips(Reduce::tokens, layout, DType::bf16, 384, range, usual_multiprocessors);
  };
  EXPECT_EQ(plan({0, 1}).parts, 1);
  EXPECT_EQ(strip_workspace_bytes(plan({0, 1}), 384, 384), 0);
  EXPECT_EQ(plan({0, 8}).parts, 2);
  EXPECT_EQ(strip_workspace_bytes(plan({0, 8}), 384, 384), 2 * 384 * 385 * 4);
}

TEST(StripPlan, LowBlocksAsWideAsAWarpsColumnsAreGathered) {
  const auto gathers = [](std::int64_t rows, std::int64_t cols, DType dtype) {
    const PanelLayout layout(1, 1000, 384, {rows, cols, 0.8});
    return plan_strips(Reduce::tokens, layout, dtype, 384, {0, 8}, usual_multiprocessors).gathers;
  };
  EXPECT_TRUE(gathers(8, 64, DType::bf16));
  EXPECT_TRUE(gathers(4, 128, DType::f16));
  EXPECT_FALSE(gathers(16, 64, DType::bf16));  // a block fills an instruction
  EXPECT_FALSE(gathers(8, 32, DType::bf16));   // a warp's columns have two lists
  EXPECT_FALSE(gathers(4, 64, DType::f32));
}

TEST(StripPlan, NothingToMultiplyFitsNothing) {
  EXPECT_FALSE(plan_strips(Reduce::tokens, PanelLayout(), DType::bf16, 3, {0, 0}, 132).fits);
  EXPECT_EQ(plan_fc(384, 0, 16).tiles(), 0);
}

TEST(StripPlan, AsManyStagesAsSharedMemoryHolds) {
  const StripPlan plan = plan_fc(384, 1536, 16);
  // A100 and H100 give a thread block 163 and 227 KiB.
  EXPECT_EQ(strip_stages(Reduce::tokens, plan, 163 * 1024), 3);
  EXPECT_LE(strip_shared_bytes(Reduce::tokens, plan, 3), 163 * 1024);
  EXPECT_EQ(strip_stages(Reduce::tokens, plan, 99 * 1024), 2);
  EXPECT_EQ(strip_stages(Reduce::tokens, plan, 48 * 1024), 0);
  EXPECT_EQ(strip_stages(Reduce::features, plan_fc(384, 384, 4), 163 * 1024), 3);
}

TEST(Divider, DividesWithinItsRange) {
  for (const int divisor : {1, 2, 3, 5, 7, 12, 16, 100, 1000, 1023, 1024}) {
    const Divider by(divisor);
    const int most = static_cast<int>((1U << 31) / static_cast<unsigned>(divisor) - 1);
    for (const int n : {0, 1, divisor - 1, divisor, divisor + 1, 12345, most - divisor, most - 1}) {
      if (n < 0 || n > most) continue;
      ASSERT_EQ(by.quotient(n), n / divisor) << n << " / " << divisor;
    }
    EXPECT_EQ(by.quotient_up(divisor + 1), 2);
  }
}

}  // namespace
}  // namespace actscope::kernels::cuda
