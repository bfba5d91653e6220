// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/paired_ratio.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(MedianOf, TakesTheMiddle) {
  EXPECT_EQ(median_of({3}), 3);
  EXPECT_EQ(median_of({5, 1, 3}), 3);
  EXPECT_EQ(median_of({4, 1, 2, 3}), 2.5);
}

TEST(PairedRatio, PairsTheRoundsBeforeItTakesTheMedian) {
  // A round that is slow for both changes nothing.
  const PairedRatio ratio = paired_ratio({1, 100, 2, 3, 1, 1}, {2, 200, 4, 6, 2, 2});
  EXPECT_EQ(ratio.ratio.value, 0.5);
  EXPECT_EQ(ratio.low.value, 0.5);
  EXPECT_EQ(ratio.high.value, 0.5);
}

TEST(PairedRatio, SixRoundsGiveTheirExtremes) {
  const PairedRatio ratio = paired_ratio({6, 2, 3, 4, 5, 1}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(ratio.ratio.value, 3.5);
  EXPECT_EQ(ratio.low.value, 1);
  EXPECT_EQ(ratio.high.value, 6);
}

TEST(PairedRatio, FifteenRoundsLeaveThreeOutAtEachEnd) {
  // P(4 <= B <= 11) of Binomial(15, 1/2) is 0.965; with 5 and 10 it would be 0.88.
  std::vector<double> times, ones(15, 1);
  for (int i = 1; i <= 15; ++i) times.push_back(i);
  const PairedRatio ratio = paired_ratio(times, ones);
  EXPECT_EQ(ratio.low.value, 4);
  EXPECT_EQ(ratio.high.value, 12);
}

TEST(PairedRatio, FiveRoundsGiveNoInterval) {
  const PairedRatio ratio = paired_ratio({1, 2, 3, 4, 5}, {1, 1, 1, 1, 1});
  EXPECT_EQ(ratio.ratio.value, 3);
  EXPECT_FALSE(ratio.low.value);
  EXPECT_NE(ratio.high.reason.find("6 give"), std::string::npos);
}

}  // namespace
}  // namespace actscope
