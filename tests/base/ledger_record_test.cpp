// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/ledger_record.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace actscope {
namespace {

LedgerStorage storage_of(std::vector<std::int64_t> tensor_bytes, std::int64_t storage_bytes,
                         std::int64_t allocator_bytes) {
  LedgerStorage storage;
  for (const std::int64_t bytes : tensor_bytes) {
    storage.holders.emplace_back();
    storage.holders.back().tensor_bytes = bytes;
  }
  storage.storage_bytes = storage_bytes;
  storage.allocator_bytes = allocator_bytes;
  return storage;
}

TEST(LedgerRecord, OfNothingSumsToNothing) {
  const LedgerTotals totals = totals_of({});
  EXPECT_EQ(totals.storages, 0);
  EXPECT_EQ(totals.references, 0);
  EXPECT_EQ(totals.kept_bytes, 0);
}

TEST(LedgerRecord, CountsTensorsEachAndStoragesOnce) {
  LedgerRecord record;
  record.storages = {storage_of({60, 100}, 100, 100), storage_of({8}, 400, 512)};
  record.storages[1].unused_bytes = 392;
  const LedgerTotals totals = totals_of(record);
  EXPECT_EQ(totals.storages, 2);
  EXPECT_EQ(totals.references, 3);
  EXPECT_EQ(totals.tensor_bytes, 168);
  EXPECT_EQ(totals.storage_bytes, 500);
  EXPECT_EQ(totals.allocator_bytes, 612);
  EXPECT_EQ(totals.kept_bytes, 612);
  EXPECT_EQ(totals.unused_bytes, 392);
}

TEST(LedgerRecord, SumsOfADamagedFileDoNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  LedgerRecord record;
  record.storages = {storage_of({most}, most, most), storage_of({1}, 1, 1)};
  EXPECT_EQ(totals_of(record).tensor_bytes, most);
  EXPECT_EQ(totals_of(record).kept_bytes, most);
}

TEST(LedgerRecord, OlderStoragesAreHeldButNotKeptByTheStep) {
  LedgerRecord record;
  record.storages = {storage_of({64}, 64, 64)};
  record.storages[0].is_older = true;
  EXPECT_EQ(totals_of(record).allocator_bytes, 64);
  EXPECT_EQ(totals_of(record).kept_bytes, 0);
}

LedgerStorage kept_by(std::vector<LedgerHolder> holders, std::int64_t bytes) {
  LedgerStorage storage;
  storage.holders = std::move(holders);
  storage.storage_bytes = storage.allocator_bytes = bytes;
  return storage;
}

TEST(LedgerRecord, HoldersAreCalledByNodeAndMember) {
  EXPECT_EQ(name_of(LedgerHolder{"AddmmBackward0", "mat1", {}, {}, {}, {}, 0, {}}), "Addmm.mat1");
  EXPECT_EQ(name_of(LedgerHolder{"Backward", "x", {}, {}, {}, {}, 0, {}}), "Backward.x");
  EXPECT_EQ(name_of(LedgerHolder{"MyBackwardPass", "saved[0]", {}, {}, {}, {}, 0, {}}),
            "MyBackwardPass.saved[0]");
}

TEST(LedgerRecord, RollsUpByLayerAndSlotInTheOrderOfForward) {
  const LedgerHolder relu{"ReluBackward0", "result", "b", "h", "float", {}, 400, {}};
  const LedgerHolder shares{"AddmmBackward0", "mat1", "a", "", "float", {}, 400, {}};
  const LedgerHolder addmm{"AddmmBackward0", "mat1", "b", "", "float", {}, 100, {}};
  const LedgerHolder own{"Packed", "saved[0]", "", "", "byte", {}, 50, {}};
  LedgerRecord record;
  record.live_bytes = Measured<std::int64_t>::of(0);
  record.storages = {kept_by({relu, shares}, 400), kept_by({own}, 50), kept_by({addmm}, 100),
                     kept_by({relu}, 8)};
  const std::vector<LayerFootprint> layers = layers_of(record);
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].name, "b");
  ASSERT_EQ(layers[0].slots.size(), 2U);
  EXPECT_EQ(layers[0].slots[0].name, "h");
  EXPECT_EQ(layers[0].slots[0].store, "keep");
  EXPECT_EQ(layers[0].slots[0].stored_bytes, 408);
  EXPECT_FALSE(layers[0].slots[0].dense_bytes || layers[0].slots[0].predicted_bytes);
  EXPECT_EQ(layers[0].slots[1].name, "Addmm.mat1");
  EXPECT_EQ(layers[0].slots[1].stored_bytes, 100);
  EXPECT_EQ(layers[1].name, no_layer);
  EXPECT_EQ(layers[1].slots.at(0).store, "");  // what the function keeps is not told
}

TEST(LedgerRecord, RollsUpStoragesWhereThereWasNoAllocator) {
  LedgerRecord record;
  record.live_bytes = Measured<std::int64_t>::missing("read from the graph alone");
  record.storages = {kept_by({{}}, 64), kept_by({{}}, 32)};
  record.storages[0].allocator_bytes = 0;
  record.storages[1].is_older = true;
  ASSERT_EQ(layers_of(record).size(), 1U);
  EXPECT_EQ(layers_of(record)[0].slots.at(0).stored_bytes, 64);
}

TEST(LedgerRecord, StatesHaveNames) {
  EXPECT_STREQ(name_of(SavedState::held), "held");
  EXPECT_STREQ(name_of(SavedState::modified), "modified");
}

}  // namespace
}  // namespace actscope
