// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/store_ledger.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

TEST(StoreLedger, IsEmptyAtFirst) {
  const StoreLedger ledger;
  EXPECT_EQ(ledger.total_bytes(), 0);
  EXPECT_TRUE(ledger.slots().empty());
}

TEST(StoreLedger, OneStorageCountsOnceAndItsFirstSaverOwnsIt) {
  StoreLedger ledger;
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

TEST(StoreLedger, ASlotAddsUpItsStorages) {
  StoreLedger ledger;
  const int values = 0, mask = 0;
  ledger.record("blocks.0", "x", &values, 100);
  ledger.record("blocks.0", "x", &mask, 4);
  ASSERT_EQ(ledger.slots().size(), 1U);
  EXPECT_EQ(ledger.slots()[0].stored_bytes, 104);
}

TEST(StoreLedger, ExcludedStoragesCountNothingAndClearKeepsThemExcluded) {
  StoreLedger ledger;
  const int weight = 0;
  ledger.exclude(&weight);
  ledger.record("blocks.0", "x", &weight, 100);
  ledger.clear();
  ledger.record("blocks.0", "x", &weight, 100);
  EXPECT_EQ(ledger.total_bytes(), 0);
}

TEST(StoreLedger, NamesAreNotGluedTogether) {
  StoreLedger ledger;
  const int a = 0, b = 0;
  ledger.record("a", "bc", &a, 1);
  ledger.record("ab", "c", &b, 2);
  EXPECT_EQ(ledger.slots().size(), 2U);
}

}  // namespace
}  // namespace actscope::tracer
