// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {
namespace {

TEST(SchemeGrammar, StoresAreReadAndWrittenBack) {
  EXPECT_EQ(parse_store("keep").kind, StoreKind::keep);
  EXPECT_EQ(parse_store("drop").kind, StoreKind::drop);
  EXPECT_EQ(parse_store("int8").kind, StoreKind::int8);
  EXPECT_EQ(parse_store("int4").kind, StoreKind::int4);
  const StoreSpec square = parse_store("bsr:16:0.8");
  EXPECT_EQ(square.kind, StoreKind::bsr);
  EXPECT_EQ(square.blocks.block_rows, 16);
  EXPECT_EQ(square.blocks.block_cols, 16);
  EXPECT_EQ(square.blocks.sparsity_ratio, 0.8);
  const StoreSpec wide = parse_store("bsr:8x64:0.75:panel");
  EXPECT_EQ(wide.blocks.block_rows, 8);
  EXPECT_EQ(wide.blocks.block_cols, 64);
  for (const char* text : {"keep",
                           "drop",
                           "int8",
                           "int4",
                           "bsr:16:0.8",
                           "bsr:8x64:0.75",
                           "bsr:8x64:0.75:row",
                           "bsr:4:0",
                           "int2",
                           "int2:nearest",
                           "int8:stochastic",
                           "int4:stochastic",
                           "bf16",
                           "fp8",
                           "code4",
                           "code2",
                           "topk:0.9",
                           "pool:2",
                           "bsr:8x64:0.8:panel:int8",
                           "bsr:16:0.8:global",
                           "bsr:16:0.8:column:bf16",
                           "bsr:16:0.8:random:int4:unbiased",
                           "bsr:16:0.8:unbiased",
                           "bsr:16:0.8:threshold",
                           "bsr+int2:16:0.8",
                           "bsr+int2:16:0.8:row:bf16"}) {
    EXPECT_EQ(to_text(parse_store(text)), text);
    EXPECT_EQ(parse_store(to_text(parse_store(text))), parse_store(text));
  }
}

TEST(SchemeGrammar, WhatIsUsualNeedNotBeSaid) {
  EXPECT_EQ(parse_store("int2").rounding, kernels::RoundTo::stochastic);
  EXPECT_EQ(parse_store("int8").rounding, kernels::RoundTo::nearest);
  EXPECT_EQ(to_text(parse_store("int2:stochastic")), "int2");
  EXPECT_EQ(to_text(parse_store("int4:nearest")), "int4");
  EXPECT_EQ(to_text(parse_store("bsr:16:0.8:panel:fp32")), "bsr:16:0.8");
  EXPECT_EQ(parse_store("bsr:16:0.8:int8"), parse_store("bsr:16:0.8:panel:int8"));
}

TEST(SchemeGrammar, SelectionsOfThePresets) {
  kernels::BlockSpec blocks;
  parse_select("row:unbiased", blocks);
  EXPECT_EQ(blocks.select, kernels::Select::row);
  EXPECT_EQ(blocks.rescale, kernels::Rescale::unbiased);
  parse_select("threshold", blocks);
  EXPECT_EQ(blocks.select, kernels::Select::threshold);
  EXPECT_EQ(blocks.rescale, kernels::Rescale::none);
  for (const char* text : {"", "all", "panel:", "panel:biased", "unbiased", "row:unbiased:row"}) {
    EXPECT_THROW(parse_select(text, blocks), ConfigError) << text;
  }
}

TEST(SchemeGrammar, ALongSparsityIsWrittenBackExactly) {
  const StoreSpec store = parse_store("bsr:16:0.87654321");
  EXPECT_EQ(parse_store(to_text(store)), store);
}

TEST(SchemeGrammar, OperandsAreReadAndWrittenBack) {
  EXPECT_EQ(parse_operand("full").kind, OperandKind::full);
  EXPECT_EQ(to_text(parse_operand("full")), "full");
  const Operand operand = parse_operand("bsr:8x4:0.5");
  EXPECT_EQ(operand.kind, OperandKind::bsr);
  EXPECT_EQ(to_text(operand), "bsr:8x4:0.5");
  EXPECT_EQ(to_text(parse_operand("bsr:8:0.5:global:unbiased")), "bsr:8:0.5:global:unbiased");
}

TEST(SchemeGrammar, CenteredOperandsAreRefusedWithAWord) {
  for (const char* text : {"bsr:8:0.5:centered", "bsr:8:0.5:row:unbiased:centered"}) {
    EXPECT_THAT([&] { (void)parse_operand(text); },
                testing::ThrowsMessage<ConfigError>(testing::HasSubstr("leave :centered out")));
  }
}

TEST(SchemeGrammar, RefusesWhatIsNotOfTheGrammar) {
  for (const char* text : {"",
                           "Keep",
                           "int3",
                           "int",
                           "bsr",
                           "bsr:",
                           "bsr:16",
                           "bsr:16:",
                           "bsr::0.8",
                           "bsr:16:0.8:all",
                           "bsr:16:0.8:int8:panel",
                           "bsr:16:0.8:int8:int8",
                           "bsr:16:0.8:panel:int2",
                           "bsr:16:0.8:unbiased:row",
                           "bsr+int4:16:0.8",
                           "bsr+int2",
                           "bsr+int2:16:0.8:unbiased",
                           "int2:",
                           "int2:up",
                           "int8:nearest:nearest",
                           "bf16:nearest",
                           "keep:0",
                           "code8",
                           "topk",
                           "topk:",
                           "topk:1",
                           "topk:-0.1",
                           "topk:nan",
                           "topk:0.9:4",
                           "pool",
                           "pool:1",
                           "pool:65",
                           "pool:2.5",
                           "top:0.9",
                           "bsr:16x:0.8",
                           "bsr:x16:0.8",
                           "bsr:1x2x3:0.8",
                           "bsr:16:0.8x",
                           "bsr:16:nan",
                           "bsr: 16:0.8",
                           "bsr:16:0.8:centered",
                           "full"}) {
    EXPECT_THROW((void)parse_store(text), ConfigError) << text;
  }
  for (const char* text :
       {"", "keep", "int4", "bsr:16", "bsr:16:0.8:panel:int8", "bsr+int2:16:0.8", "centered",
        "full:centered", "bsr:16:0.8:centered:unbiased", "bsr:16:0.8:centered:centered"}) {
    EXPECT_THROW((void)parse_operand(text), ConfigError) << text;
  }
}

TEST(SchemeGrammar, RefusesBlocksOutOfRange) {
  EXPECT_THROW((void)parse_store("bsr:0:0.8"), UnsupportedBlockSize);
  EXPECT_THROW((void)parse_store("bsr:-4:0.8"), UnsupportedBlockSize);
  EXPECT_THROW((void)parse_store("bsr:4096:0.8"), UnsupportedBlockSize);
  EXPECT_THROW((void)parse_store("bsr:16:1"), ConfigError);
  EXPECT_THROW((void)parse_store("bsr:16:-0.1"), ConfigError);
}

TEST(SchemeGrammar, NamesAreThoseOfTheContract) {
  EXPECT_EQ(name_of(Slot::x), "x");
  EXPECT_EQ(name_of(Slot::x1), "x1");
  EXPECT_EQ(name_of(Slot::v), "v");
  EXPECT_EQ(name_of(Product::dA), "dA");
  EXPECT_EQ(name_of(Product::dW2), "dW2");
}

}  // namespace
}  // namespace actscope::core
