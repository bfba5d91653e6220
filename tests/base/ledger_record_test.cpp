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

TEST(LedgerRecord, StatesHaveNames) {
  EXPECT_STREQ(name_of(SavedState::held), "held");
  EXPECT_STREQ(name_of(SavedState::modified), "modified");
}

}  // namespace
}  // namespace actscope
