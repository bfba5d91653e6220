// SPDX-License-Identifier: Apache-2.0
// What blocks chosen in forward look like in backward, however their slot is kept.
#include "saving/saved_slot.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

torch::Tensor matrix(std::int64_t units, const SlotShape& shape, torch::ScalarType type) {
  at::manual_seed(5);
  return torch::randn({units, shape.unit_elements()}, type);
}

TEST(BlockChoice, BlocksFromCodesAreTheBitsOfDecodedOnes) {
  const SlotShape by_rows{1, 400, 48, false};
  const SlotShape by_images{5, 26, 24, true};
  for (const SlotShape& shape : {by_rows, by_images}) {
    for (const StoreKind kind : {StoreKind::int8, StoreKind::int4, StoreKind::int2}) {
      for (const torch::ScalarType type : {torch::kFloat32, torch::kFloat64}) {
        const torch::Tensor x = matrix(shape.units(), shape, type);
        SavedSlot slot({kind}, shape, x);
        slot.put(0, x);
        BlockChoice choice({OperandKind::bsr, {8, 8, 0.5}}, shape, x);
        choice.choose(0, x);
        // A part from a granule on, as a walk in chunks takes it.
        const std::int64_t first = choice.granule();
        const std::int64_t count = shape.units() - first;
        const auto decoded = choice.gather(first, slot.get(first, count).contiguous());
        const auto coded = choice.gather(first, count, slot);
        EXPECT_GT(coded.values.numel(), 0);
        EXPECT_TRUE(torch::equal(coded.values, decoded.values));
        EXPECT_TRUE(torch::equal(coded.column_starts, decoded.column_starts));
        EXPECT_EQ(coded.values.scalar_type(), type);
      }
    }
  }
}

// In every build: what is not there is an error, never an empty tensor.
TEST(SavedSlot, WhatAStoreDoesNotHaveIsAnError) {
  const SlotShape shape{1, 8, 8, false};
  const torch::Tensor x = matrix(8, shape, torch::kFloat32);
  EXPECT_THROW(SavedSlot({static_cast<StoreKind>(99)}, shape, x), Error);
  const SavedSlot dropped({StoreKind::drop}, shape, x), kept({StoreKind::keep}, shape, x);
  EXPECT_THROW((void)dropped.get(0, 8), Error);
  EXPECT_THROW((void)kept.panels(), Error);
  EXPECT_THROW((void)kept.codes(0), Error);
  EXPECT_THROW((void)kept.gelu_code(0), Error);
}

}  // namespace
}  // namespace actscope::core
