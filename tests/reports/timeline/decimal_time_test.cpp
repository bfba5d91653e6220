// SPDX-License-Identifier: Apache-2.0
#include "timeline/decimal_time.hpp"

#include <gtest/gtest.h>

namespace actscope::reports {
namespace {

TEST(DecimalTime, IsExactToTheNanosecond) {
  EXPECT_EQ(nanoseconds_of_microseconds("0.5"), 500);
  EXPECT_EQ(nanoseconds_of_microseconds("12.345"), 12'345);
  EXPECT_EQ(nanoseconds_of_microseconds("-1.05"), -1'050);
  EXPECT_EQ(nanoseconds_of_microseconds("1.23456789"), 1'234);
  EXPECT_EQ(nanoseconds_of_microseconds("1726161616161616.789"), 1'726'161'616'161'616'789);
  EXPECT_EQ(nanoseconds_of_microseconds("1e3"), 1'000'000);
  EXPECT_EQ(nanoseconds_of_microseconds("3"), 3'000);
}

TEST(DecimalTime, StaysInRange) {
  EXPECT_GT(nanoseconds_of_microseconds("99999999999999999999.5"), 0);
  EXPECT_LT(nanoseconds_of_microseconds("-1e300"), 0);
}

}  // namespace
}  // namespace actscope::reports
