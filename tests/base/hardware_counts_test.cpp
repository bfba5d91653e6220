// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/hardware_counts.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(HardwareCounts, AreAbsentUntilCounted) {
  HardwareCounts counts;
  EXPECT_FALSE(counts.of(HardwareCounter::cycles).has_value());
  counts.values[1] = 7;
  EXPECT_EQ(counts.of(HardwareCounter::instructions), 7);
  EXPECT_FALSE(counts.of(HardwareCounter::llc_misses).has_value());
}

TEST(HardwareCounters, HaveNames) {
  EXPECT_STREQ(name_of(HardwareCounter::cycles), "cycles");
  EXPECT_STREQ(name_of(HardwareCounter::instructions), "instructions");
  EXPECT_STREQ(name_of(HardwareCounter::llc_misses), "llc_misses");
}

}  // namespace
}  // namespace actscope
