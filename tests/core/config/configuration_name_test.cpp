// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/configuration_name.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

RunConfig of_scheme(const char* scheme) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = 8;
  config.block_cols = 64;
  config.sparsity_ratio = 0.875;
  config.select = "row";
  return config;
}

TEST(ConfigurationName, SaysOfAPresetWhatItTakesAndNoMore) {
  EXPECT_EQ(configuration_name(of_scheme("dense")), "dense");
  EXPECT_EQ(configuration_name(of_scheme("topk")), "topk 87.5 %");
  EXPECT_EQ(configuration_name(of_scheme("int4-bsr")), "int4-bsr 8x64 87.5 % row");
  RunConfig usual = of_scheme("exact-bsr");
  usual.select = RunConfig().select;
  EXPECT_EQ(configuration_name(usual), "exact-bsr 8x64 87.5 %");
}

TEST(ConfigurationName, SaysWhatWasOverriddenInItsOrder) {
  RunConfig config = of_scheme("dense");
  config.schedule = "0:0.5,10:0.9";
  config.slot_overrides = {"z=int4", "h=drop"};
  config.operand_overrides = {"dW1=all"};
  EXPECT_EQ(configuration_name(config), "dense 0:0.5,10:0.9 z=int4 h=drop dW1=all");
}

TEST(HasBlocks, IsOfSchemesInBlockSparseRows) {
  EXPECT_TRUE(has_blocks(of_scheme("linear-bsr")));
  EXPECT_FALSE(has_blocks(of_scheme("topk")));
  EXPECT_FALSE(has_blocks(of_scheme("dense")));
  EXPECT_TRUE(has_sparsity(of_scheme("linear-bsr")));
  EXPECT_TRUE(has_sparsity(of_scheme("topk")));
  EXPECT_FALSE(has_sparsity(of_scheme("int8")));
}

TEST(ConfigurationName, BlocksAreOfTheSchemeOrOfAnOverride) {
  RunConfig config;
  config.scheme = "int4";
  EXPECT_FALSE(has_blocks(config));
  config.slot_overrides = {"blocks.*.h=int8:stochastic"};
  config.operand_overrides = {"blocks.*.dW1=full"};
  EXPECT_FALSE(has_blocks_anywhere(config));
  config.operand_overrides = {"blocks.*.dW1=bsr:16:0.8"};
  EXPECT_TRUE(has_blocks_anywhere(config));
  config.operand_overrides.clear();
  config.slot_overrides = {"blocks.*.h=bsr+int2:16:0.8"};
  EXPECT_TRUE(has_blocks_anywhere(config));
  EXPECT_FALSE(has_blocks(config));
}

TEST(ConfigurationName, ASchemeOfAnotherVersionMayMeanAnything) {
  RunConfig config;
  config.scheme = "int3";
  EXPECT_TRUE(has_blocks(config));
  EXPECT_TRUE(has_sparsity(config));
}

TEST(ConfigurationName, OfARunWhoseSchemeIsNotKnownNamesNoBlocks) {
  RunConfig config;
  config.scheme = "int4-bsr";
  config.known_fields = {"model"};
  EXPECT_EQ(configuration_name(config), "unknown");
  EXPECT_FALSE(has_blocks(config) || has_blocks_anywhere(config) || has_sparsity(config));
  config.known_fields = {"scheme"};
  EXPECT_EQ(configuration_name(config), "int4-bsr");
  config.known_fields = {"scheme", "block_rows", "block_cols", "sparsity_ratio"};
  EXPECT_EQ(configuration_name(config), "int4-bsr 16x16 80 %");
}

}  // namespace
}  // namespace actscope::core
