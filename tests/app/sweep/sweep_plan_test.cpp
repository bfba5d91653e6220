// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "actscope/base/error.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "sweep/point.hpp"

namespace actscope::sweep {
namespace {

void accept(const RunConfig&) {}

SweepSpec two_by_two() {
  SweepSpec spec;
  spec.schemes = {"int4-bsr"};
  spec.blocks = {{8, 8}, {8, 64}};
  spec.sparsities = {0.5, 0.75};
  return spec;
}

TEST(SweepPlan, WithoutAxesAndBaselinesItIsOneRun) {
  SweepSpec spec;
  spec.baselines = false;
  const auto points = expand(spec, accept);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].role, PointRole::grid);
  EXPECT_EQ(points[0].config.scheme, "dense");
}

TEST(SweepPlan, BaselinesStandOnceASeedBeforeTheGrid) {
  SweepSpec spec = two_by_two();
  spec.seeds = {0, 1};
  const auto points = expand(spec, accept);
  ASSERT_EQ(points.size(), 2u * (4 + 4));
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(points[i].config.seed, i < 8 ? 0 : 1);
    EXPECT_EQ(points[i].role, i % 8 < 4 ? PointRole::baseline : PointRole::grid);
  }
  EXPECT_EQ(points[0].config.scheme, "dense");
}

TEST(SweepPlan, EveryPointIsThereOnce) {
  SweepSpec spec = two_by_two();
  spec.schemes = {"dense", "int4-bsr", "int4-bsr", "exact"};
  std::set<std::string> ids;
  for (const SweepPointRecord& point : expand(spec, accept)) {
    EXPECT_TRUE(ids.insert(point.id).second);
  }
  // dense and exact have no blocks and are baselines already.
  EXPECT_EQ(ids.size(), 4u + 4u);
}

TEST(SweepPlan, AnImpossiblePointIsSkippedWithItsReason) {
  const auto refuse_wide = [](const RunConfig& config) {
    if (core::has_blocks(config) && config.block_cols == 64) throw UnsupportedBlockSize("too wide");
  };
  const auto points = expand(two_by_two(), refuse_wide);
  std::size_t skipped = 0;
  for (const SweepPointRecord& point : points) {
    if (point.status != PointStatus::skipped) continue;
    ++skipped;
    EXPECT_EQ(point.reason, "too wide");
  }
  EXPECT_EQ(skipped, 2u);
}

TEST(SweepPlan, AGridWithNothingPossibleIsAnError) {
  const auto refuse_blocks = [](const RunConfig& config) {
    if (core::has_blocks(config)) throw UnsupportedBlockSize("too large");
  };
  EXPECT_THROW((void)expand(two_by_two(), refuse_blocks), ConfigError);
}

TEST(SweepPlan, AMissingDeviceEndsTheWholeSweep) {
  const auto no_device = [](const RunConfig&) { throw DeviceError("no device"); };
  EXPECT_THROW((void)expand(two_by_two(), no_device), DeviceError);
}

TEST(SweepPlan, RefusesSharesOutOfRangeAndOverridesOfSeveralSchemes) {
  SweepSpec spec = two_by_two();
  spec.sparsities = {1.0};
  EXPECT_THROW((void)expand(spec, accept), ConfigError);
  spec = two_by_two();
  spec.schemes = {"int4", "int8"};
  spec.base.slot_overrides = {"blocks.*.h=int8"};
  EXPECT_THROW((void)expand(spec, accept), ConfigError);
}

TEST(SweepPlan, SinglePointsAreRunOnceASeedAndReplaceTheGrid) {
  SweepSpec spec;
  spec.seeds = {4, 5};
  spec.baselines = false;
  RunConfig dense, pruned;
  pruned.scheme = "exact";
  pruned.operand_overrides = {"blocks.*.dW1=bsr:16:0.8"};
  spec.points = {dense, pruned, dense};
  const auto points = expand(spec, accept);
  ASSERT_EQ(points.size(), 4u);  // each once
  EXPECT_EQ(points[1].config.operand_overrides, pruned.operand_overrides);
  EXPECT_EQ(points[1].config.seed, 4);
  EXPECT_EQ(points[3].config.seed, 5);
  EXPECT_EQ(points[3].role, PointRole::grid);
  spec.schemes = {"int8"};
  EXPECT_EQ(expand(spec, accept).size(), 2u * (1 + 2));
}

TEST(PointId, NamesTheWorkAndNothingElse) {
  RunConfig config;
  config.scheme = "int4";
  const std::string id = point_id(config);
  EXPECT_EQ(id.size(), 12u);
  config.out = "elsewhere";
  config.block_rows = 64;  // int4 has no blocks
  EXPECT_EQ(point_id(config), id);
  config.seed = 1;
  EXPECT_NE(point_id(config), id);
  config.seed = 0;
  config.scheme = "int4-bsr";
  EXPECT_NE(point_id(config), id);
}

TEST(PointTitle, SaysWhatAPersonLooksFor) {
  RunConfig config;
  config.scheme = "int4-bsr";
  config.block_rows = 8;
  config.block_cols = 64;
  config.sparsity_ratio = 0.75;
  EXPECT_EQ(point_title(config), "int4-bsr 8x64 75 % seed 0");
  config.scheme = "exact";
  EXPECT_EQ(point_title(config), "exact seed 0");
  config.scheme = "topk";
  EXPECT_EQ(point_title(config), "topk 75 % seed 0");
}

}  // namespace
}  // namespace actscope::sweep
