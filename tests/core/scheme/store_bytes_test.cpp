// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/store_bytes.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using kernels::DType;

// Two images of 9 tokens.
const SlotShape rows{1, 18, 10, false, 9};

StoreBytes bytes(const char* store, DType dtype = DType::f32) {
  return bytes_of(parse_store(store), rows, dtype);
}

TEST(StoreBytes, OfTensorsAndNarrowFloats) {
  EXPECT_EQ(bytes("keep").total(), 180 * 4);
  EXPECT_EQ(bytes("keep", DType::f64).total(), 180 * 8);
  EXPECT_EQ(bytes("drop").total(), 0);
  EXPECT_EQ(bytes("bf16").total(), 180 * 2);
  EXPECT_EQ(bytes("fp8", DType::f64).total(), 180);
}

TEST(StoreBytes, OfCodes) {
  EXPECT_EQ(bytes("int8").values, 180);
  EXPECT_EQ(bytes("int4").values, 90);
  EXPECT_EQ(bytes("int2").values, 45);
  EXPECT_EQ(bytes("int2").index, 2 * 4);  // 180 elements are two groups
  EXPECT_EQ(bytes("code4").total(), 18 * 5);
  EXPECT_EQ(bytes("code2").total(), 18 * 3);  // a row of 10 codes ends in a byte of its own
}

TEST(StoreBytes, OfElementsAndMeans) {
  EXPECT_EQ(bytes("topk:0.8").values, 18 * 2 * 4);
  EXPECT_EQ(bytes("topk:0.8").index, 18 * 2 * 2);
  EXPECT_EQ(bytes("topk:0.99").values, 18 * 4);  // at least one a row
  EXPECT_EQ(top_index_bytes(32'768), 2);
  EXPECT_EQ(top_index_bytes(32'769), 4);
  EXPECT_EQ(bytes("pool:2").total(), 2 * 4 * 10 * 4);  // 3x3 tokens, 2x2 squares
  EXPECT_EQ(bytes("pool:3").total(), 2 * 10 * 4);
  EXPECT_THROW((void)bytes_of(parse_store("pool:2"), {1, 16, 4, false, 8}, DType::f32),
               ConfigError);
}

TEST(StoreBytes, OfBlocks) {
  // 5 by 3 blocks of 4x4 in one panel, 6 of 15 kept: 96 elements, a word of mask and 4 starts.
  EXPECT_EQ(bytes("bsr:4:0.6").values, 96 * 4);
  EXPECT_EQ(bytes("bsr:4:0.6").index, 4 + 16);
  EXPECT_EQ(bytes("bsr:4:0.6:panel:bf16").values, 96 * 2);
  EXPECT_EQ(bytes("bsr:4:0.6:panel:int4").values, 48);
  EXPECT_EQ(bytes("bsr:4:0.6:panel:int4").index, 4 + 16 + 4);
  EXPECT_EQ(bytes("bsr:4:0.6:unbiased").index, 4 + 16 + 6 * 4);
  EXPECT_EQ(bytes("bsr:4:0.6:column").values, 3 * 2 * 16 * 4);  // 2 of 5 in each column
  EXPECT_EQ(bytes("bsr+int2:4:0.6").values, 96 * 4 + 45);
  EXPECT_EQ(bytes("bsr+int2:4:0.6").index, 20 + 8);
}

TEST(StoreBytes, OfBlocksThatAProductAloneReads) {
  EXPECT_EQ(bytes_of(parse_operand("full"), rows).total(), 0);
  EXPECT_EQ(bytes_of(parse_operand("bsr:4:0.6"), rows).total(), 4);
  EXPECT_EQ(bytes_of(parse_operand("bsr:4:0.6:unbiased"), rows).total(), 4 + 6 * 4);
}

TEST(StoreBytes, AnUnknownKindIsAnErrorNotNoBytes) {
  StoreSpec unknown;
  unknown.kind = static_cast<StoreKind>(99);
  EXPECT_THROW((void)bytes_of(unknown, rows, kernels::DType::f32), Error);
}

}  // namespace
}  // namespace actscope::core
