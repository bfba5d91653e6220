// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/order_statistics.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(OrderStatistics, CountFromTheSmallest) {
  std::vector<double> values{9, 1, 5, 2, 5};
  const double sorted[] = {1, 2, 5, 5, 9};
  for (std::size_t n = 0; n < values.size(); ++n) EXPECT_EQ(nth_smallest(values, n), sorted[n]);
}

TEST(Median, IsTheMiddleOrTheMeanOfTwo) {
  std::vector<double> one{7}, odd{9, 1, 5}, even{9, 1, 5, 2};
  EXPECT_EQ(median_in(one), 7);
  EXPECT_EQ(median_in(odd), 5);
  EXPECT_EQ(median_in(even), 3.5);
}

}  // namespace
}  // namespace actscope
