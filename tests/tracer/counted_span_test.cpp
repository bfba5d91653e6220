// SPDX-License-Identifier: Apache-2.0
#include "counted_span.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace actscope::tracer {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

TEST(CountedSpan, IsTheDifferenceWhereCountersRanAllTheTime) {
  const auto span = counted_between({{10, 20, 30}, 100, 50}, {{110, 320, 30}, 300, 250});
  ASSERT_TRUE(span);
  EXPECT_EQ(span->values, (std::array<std::int64_t, 3>{100, 300, 0}));
  EXPECT_FALSE(span->is_scaled);
}

TEST(CountedSpan, IsScaledToTheWholeTimeWhereCountersTookTurns) {
  const auto span = counted_between({{0, 0, 0}, 0, 0}, {{100, 7, 1}, 300, 200});
  ASSERT_TRUE(span);
  EXPECT_EQ(span->values, (std::array<std::int64_t, 3>{150, 11, 2})) << "times 3/2, rounded";
  EXPECT_TRUE(span->is_scaled);
}

TEST(CountedSpan, IsNothingWhereCountersDidNotRun) {
  EXPECT_FALSE(counted_between({{5, 5, 5}, 100, 40}, {{5, 5, 5}, 200, 40}));
}

TEST(CountedSpan, OfNoTimeAtAllIsTheDifference) {
  const auto span = counted_between({{5, 5, 5}, 100, 40}, {{6, 5, 5}, 100, 40});
  ASSERT_TRUE(span);
  EXPECT_EQ(span->values[0], 1);
}

TEST(CountedSpan, IsNothingWhereReadingsContradictThemselves) {
  EXPECT_FALSE(counted_between({{5, 5, 5}, 100, 100}, {{4, 6, 6}, 200, 200})) << "backwards";
  EXPECT_FALSE(counted_between({{5, 5, 5}, 100, 100}, {{6, 6, 6}, 90, 190}));
  EXPECT_FALSE(counted_between({{5, 5, 5}, 100, 100}, {{6, 6, 6}, 190, 90}));
  EXPECT_FALSE(counted_between({{5, 5, 5}, 100, 100}, {{6, 6, 6}, 150, 200}))
      << "ran longer than there was time";
  EXPECT_FALSE(counted_between({}, {{largest, 0, 0}, 10, 10})) << "more than can be told";
  EXPECT_FALSE(counted_between({}, {{1ULL << 62U, 0, 0}, 1000, 1})) << "scaled beyond";
}

}  // namespace
}  // namespace actscope::tracer
