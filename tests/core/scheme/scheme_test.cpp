// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/scheme.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/slot_layout.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;

const ResMlpGeometry geometry{.image_size = 28, .patch = 4, .dim = 64, .depth = 3};

RunConfig config_of(const std::string& scheme) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 8;
  config.batch = 4;
  return config;
}

std::string stores_of(const BlockPlan& plan) {
  std::string text;
  for (const StoreSpec& store : plan.stores) text += (text.empty() ? "" : " ") + to_text(store);
  return text;
}

TEST(Scheme, PresetsKeepWhatTheirPagesSay) {
  const std::pair<const char*, const char*> expected[] = {
      //                x y t x1 z h u v
      {"linear-bsr", "keep bsr:8:0.8 keep keep bsr:8:0.8 keep bsr:8:0.8 keep"},
      {"exact", "keep drop drop keep drop keep drop drop"},
      {"exact-bsr", "bsr:8:0.8 drop drop bsr:8:0.8 drop keep drop drop"},
      {"int8", "int8 drop drop int8 drop int8 drop drop"},
      {"int4", "int4 drop drop int4 drop int4 drop drop"},
      {"int4-bsr", "int4 drop drop int4 drop int4 drop drop"},
      {"int2", "int2 drop drop int2 drop int2 drop drop"},
      {"int2-bsr", "int2 drop drop int2 drop int2 drop drop"},
      {"checkpoint", "keep drop drop drop drop drop drop drop"},
      {"checkpoint-int4", "int4 drop drop drop drop drop drop drop"},
      {"topk", "keep topk:0.8 keep keep topk:0.8 keep topk:0.8 keep"},
      {"pool", "keep pool:2 keep keep pool:2 keep pool:2 keep"}};
  for (const auto& [name, stores] : expected) {
    const Scheme scheme = make_scheme(config_of(name), geometry);
    EXPECT_EQ(scheme.name, name);
    ASSERT_EQ(scheme.blocks.size(), 3U);
    EXPECT_FALSE(scheme.is_plain_autograd());
    for (const BlockPlan& plan : scheme.blocks) EXPECT_EQ(stores_of(plan), stores) << name;
  }
  EXPECT_TRUE(make_scheme(config_of("dense"), geometry).is_plain_autograd());
  EXPECT_EQ(preset_names().size(), std::size(expected) + 1);
}

TEST(Scheme, OnlyPrunedCodesChooseBlocksForItsProducts) {
  for (const std::string& name : preset_names()) {
    const BlockPlan plan = make_scheme(config_of(name), geometry).blocks.front();
    EXPECT_FALSE(has_own_blocks(plan, Product::dA)) << name;
    const bool chooses = name == "int4-bsr" || name == "int2-bsr";
    EXPECT_EQ(has_own_blocks(plan, Product::dW1), chooses) << name;
    EXPECT_EQ(has_own_blocks(plan, Product::dW2), chooses) << name;
  }
}

TEST(Scheme, AProductReadsTheSlotItMultipliesOrItsSource) {
  const BlockPlan linear = make_scheme(config_of("linear-bsr"), geometry).blocks.front();
  EXPECT_EQ(operand_slot(linear, Product::dA), Slot::y);
  EXPECT_EQ(operand_slot(linear, Product::dW1), Slot::z);
  EXPECT_EQ(operand_slot(linear, Product::dW2), Slot::u);
  const BlockPlan exact = make_scheme(config_of("exact"), geometry).blocks.front();
  EXPECT_EQ(operand_slot(exact, Product::dA), Slot::x);
  EXPECT_EQ(operand_slot(exact, Product::dW1), Slot::x1);
  EXPECT_EQ(operand_slot(exact, Product::dW2), Slot::u);
}

TEST(Scheme, LaterOverridesWinAndPatternsPickBlocks) {
  RunConfig config = config_of("exact");
  config.slot_overrides = {"blocks.*.h=int8", "blocks.1.h=int4", "*.x1=bsr:4:0.5",
                           "blocks.2.*=keep"};
  config.operand_overrides = {"*=bsr:4:0.5", "blocks.0.d*=full"};
  const Scheme scheme = make_scheme(config, geometry);
  EXPECT_EQ(scheme.blocks[0].store(Slot::h).kind, StoreKind::int8);
  EXPECT_EQ(scheme.blocks[1].store(Slot::h).kind, StoreKind::int4);
  EXPECT_EQ(scheme.blocks[1].store(Slot::x1), parse_store("bsr:4:0.5"));
  EXPECT_EQ(scheme.blocks[2].store(Slot::x1).kind, StoreKind::keep);
  EXPECT_EQ(scheme.blocks[2].store(Slot::v).kind, StoreKind::keep);
  EXPECT_EQ(scheme.blocks[0].operand(Product::dW1).kind, OperandKind::full);
  EXPECT_EQ(scheme.blocks[1].operand(Product::dW1), parse_operand("bsr:4:0.5"));
}

// The text of the error that make_scheme raises.
template <class ErrorType>
std::string refusal(const RunConfig& config) {
  try {
    (void)make_scheme(config, geometry);
  } catch (const ErrorType& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return {};
}

TEST(Scheme, RefusesUnknownNames) {
  EXPECT_THAT(refusal<ConfigError>(config_of("sparse")), HasSubstr("linear-bsr"));
  RunConfig config = config_of("exact");
  config.select = "all";
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("panel"));
}

TEST(Scheme, TheSelectionOfAPresetIsThatOfItsStoresAndOperands) {
  RunConfig config = config_of("linear-bsr");
  config.select = "global";
  const BlockPlan stored = make_scheme(config, geometry).blocks.front();
  EXPECT_EQ(to_text(stored.store(Slot::u)), "bsr:8:0.8:global");
  config = config_of("int2-bsr");
  config.select = "row:unbiased";
  const BlockPlan chosen = make_scheme(config, geometry).blocks.front();
  EXPECT_EQ(to_text(chosen.operand(Product::dW2)), "bsr:8:0.8:row:unbiased");
}

TEST(Scheme, ADerivativeCodeIsOfHAndNeedsU) {
  RunConfig config = config_of("exact");
  config.slot_overrides = {"*.h=code4"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("u is dropped"));
  config.slot_overrides = {"*.z=code2"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("slot z"));
  config.slot_overrides = {"*.h=code4", "*.u=bsr:8:0.8"};
  EXPECT_NO_THROW((void)make_scheme(config, geometry));
}

TEST(Scheme, BlocksBesideCodesAreTheOperand) {
  RunConfig config = config_of("exact");
  config.slot_overrides = {"*.x1=bsr+int2:8:0.8"};
  EXPECT_FALSE(has_own_blocks(make_scheme(config, geometry).blocks.front(), Product::dW1));
  config.operand_overrides = {"*.dW1=bsr:4:0.8"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("dW1"));
}

TEST(Scheme, RefusesOverridesThatMeanNothing) {
  RunConfig config = config_of("exact");
  for (const char* text :
       {"", "=", "blocks.0.h", "blocks.0.h=", "=int4", "blocks.3.h=int4", "blocks.0.w=int4",
        "h=int4", "blocks.0.dW1=int4", "blocks.0.h=half", "****************************q=int4"}) {
    config.slot_overrides = {text};
    (void)refusal<ConfigError>(config);
  }
  config.slot_overrides = {};
  config.operand_overrides = {"blocks.*.h=bsr:4:0.5"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("dW1"));
  RunConfig dense = config_of("dense");
  dense.slot_overrides = {"blocks.*.h=int4"};
  EXPECT_THAT(refusal<ConfigError>(dense), HasSubstr("dense"));
  dense.slot_overrides = {};
  dense.operand_overrides = {"blocks.*.dA=full"};
  (void)refusal<ConfigError>(dense);
}

TEST(Scheme, XCannotBeDropped) {
  RunConfig config = config_of("exact");
  config.slot_overrides = {"blocks.1.x=drop"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("slot x"));
  config.slot_overrides = {"blocks.1.x=drop", "blocks.1.x=int4"};
  EXPECT_NO_THROW((void)make_scheme(config, geometry));
}

TEST(Scheme, AnOperandOfAPrunedSlotMustBeItsBlocks) {
  RunConfig config = config_of("linear-bsr");
  config.operand_overrides = {"blocks.*.dW1=bsr:8:0.9"};
  EXPECT_THAT(refusal<ConfigError>(config), HasSubstr("dW1"));
  config.operand_overrides = {"blocks.*.dW1=bsr:8:0.8"};
  const BlockPlan plan = make_scheme(config, geometry).blocks.front();
  EXPECT_FALSE(has_own_blocks(plan, Product::dW1));
}

TEST(Scheme, ABlockLargerThanItsSlotIsRefusedByName) {
  // 49 tokens an image: a block of 64 rows fits z and u but not y.
  RunConfig config = config_of("linear-bsr");
  config.block_rows = 64;
  EXPECT_THAT(refusal<UnsupportedBlockSize>(config),
              testing::AllOf(HasSubstr("slot y"), HasSubstr("64x8")));
  config = config_of("int4-bsr");
  config.block_rows = 64;
  EXPECT_NO_THROW((void)make_scheme(config, geometry));
  config.block_cols = 128;  // x1 has 64 features
  EXPECT_THAT(refusal<UnsupportedBlockSize>(config), HasSubstr("slot x1"));
  config = config_of("exact");
  config.operand_overrides = {"*.dW2=bsr:256x8:0.5"};  // 4·49 = 196 tokens in the batch
  EXPECT_THAT(refusal<UnsupportedBlockSize>(config), HasSubstr("slot u"));
}

TEST(Scheme, RefusesBlocksAndBatchesOutOfRangeForEveryPreset) {
  for (const std::string& name : preset_names()) {
    RunConfig config = config_of(name);
    config.block_rows = 100'000;
    (void)refusal<UnsupportedBlockSize>(config);
    config = config_of(name);
    config.block_cols = 0;
    (void)refusal<UnsupportedBlockSize>(config);
    for (double sparsity : {-0.1, 1.0, 1.5, std::nan("")}) {
      config = config_of(name);
      config.sparsity_ratio = sparsity;
      (void)refusal<ConfigError>(config);
    }
    config = config_of(name);
    config.batch = 0;
    (void)refusal<ConfigError>(config);
  }
}

}  // namespace
}  // namespace actscope::core
