// SPDX-License-Identifier: Apache-2.0
#include "planner/block_ways.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

const ResMlpGeometry geometry{.image_size = 28, .patch = 4, .dim = 64, .depth = 3};

RunConfig with_block(std::int64_t side) {
  RunConfig config;
  config.batch = 4;
  config.block_rows = config.block_cols = side;
  return config;
}

TEST(BlockWays, BeginWithPlainAutogradAndHoldEveryPreset) {
  const auto ways = block_ways(with_block(8), geometry);
  EXPECT_TRUE(ways.front().plan.plain_autograd);
  for (const std::string& preset : preset_names()) {
    EXPECT_TRUE(std::ranges::any_of(ways, [&](const BlockWay& w) { return w.name == preset; }))
        << preset;
  }
  EXPECT_GT(ways.size(), preset_names().size());
}

TEST(BlockWays, NoTwoAreOnePlan) {
  std::set<std::pair<std::vector<std::string>, std::vector<std::string>>> seen;
  for (const BlockWay& way : block_ways(with_block(8), geometry)) {
    if (way.plan.plain_autograd) continue;
    EXPECT_TRUE(seen.insert({way.slots, way.operands}).second) << way.name;
  }
}

// What a plan document says of a block must give back the block's plan.
TEST(BlockWays, TheirTextsOverExactAreTheirPlans) {
  for (const BlockWay& way : block_ways(with_block(8), geometry)) {
    if (way.plan.plain_autograd) continue;
    RunConfig config = with_block(8);
    config.scheme = "exact";
    for (const std::string& slot : way.slots) {
      config.slot_overrides.push_back("blocks.1." + slot);
    }
    for (const std::string& operand : way.operands) {
      config.operand_overrides.push_back("blocks.1." + operand);
    }
    const Scheme scheme = make_scheme(config, geometry);
    EXPECT_EQ(scheme.blocks[1].stores, way.plan.stores) << way.name;
    EXPECT_EQ(scheme.blocks[1].operands, way.plan.operands) << way.name;
  }
}

TEST(BlockWays, BlocksLargerThanTheTensorsAreLeftOut) {
  const auto ways = block_ways(with_block(128), geometry);
  EXPECT_TRUE(std::ranges::none_of(ways, [](const BlockWay& w) { return w.name == "int4-bsr"; }));
  EXPECT_TRUE(std::ranges::any_of(ways, [](const BlockWay& w) { return w.name == "int4"; }));
}

}  // namespace
}  // namespace actscope::core
