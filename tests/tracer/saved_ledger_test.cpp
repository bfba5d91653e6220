// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/saved_ledger.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

TEST(SavedLedger, IsEmptyAtFirst) {
  const SavedLedger ledger;
  EXPECT_EQ(ledger.total_bytes(), 0);
  EXPECT_TRUE(ledger.slots().empty());
}

TEST(SavedLedger, OneStorageCountsOnceAndItsFirstSaverOwnsIt) {
  SavedLedger ledger;
  const int a = 0, b = 0;
  ledger.record("blocks.0", "x", &a, 100);
  ledger.record("blocks.0", "h", &b, 40);
  ledger.record("blocks.1", "x", &a, 100);
  EXPECT_EQ(ledger.total_bytes(), 140);
  ASSERT_EQ(ledger.slots().size(), 3U);
  EXPECT_EQ(ledger.slots()[0].stored_bytes, 100);
  EXPECT_EQ(ledger.slots()[2].stored_bytes, 0);
  EXPECT_EQ(ledger.slots()[2].shared_bytes, 100);
}

TEST(SavedLedger, ASlotAddsUpItsStorages) {
  SavedLedger ledger;
  const int values = 0, mask = 0;
  ledger.record("blocks.0", "x", &values, 100);
  ledger.record("blocks.0", "x", &mask, 4);
  ASSERT_EQ(ledger.slots().size(), 1U);
  EXPECT_EQ(ledger.slots()[0].stored_bytes, 104);
}

TEST(SavedLedger, ExcludedStoragesCountNothingAndClearKeepsThemExcluded) {
  SavedLedger ledger;
  const int weight = 0;
  ledger.exclude(&weight);
  ledger.record("blocks.0", "x", &weight, 100);
  ledger.clear();
  ledger.record("blocks.0", "x", &weight, 100);
  EXPECT_EQ(ledger.total_bytes(), 0);
}

TEST(SavedLedger, NamesAreNotGluedTogether) {
  SavedLedger ledger;
  const int a = 0, b = 0;
  ledger.record("a", "bc", &a, 1);
  ledger.record("ab", "c", &b, 2);
  EXPECT_EQ(ledger.slots().size(), 2U);
}

}  // namespace
}  // namespace actscope::tracer
