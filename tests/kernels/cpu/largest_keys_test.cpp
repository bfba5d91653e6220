// SPDX-License-Identifier: Apache-2.0
#include "cpu/largest_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

void expect_threshold_of_sorted(const std::vector<double>& keys) {
  std::vector<double> sorted = keys;
  std::ranges::sort(sorted, std::greater<>());
  cpu::LargestKeys largest;
  for (std::size_t kept : {std::size_t{1}, keys.size() / 3 + 1, keys.size()}) {
    const double key = sorted[kept - 1];
    const auto above = std::ranges::count_if(keys, [key](double other) { return other > key; });
    const cpu::KeyThreshold found = largest.threshold(keys, static_cast<std::int64_t>(kept));
    EXPECT_EQ(found.key, key) << keys.size() << " keys, " << kept << " kept";
    EXPECT_EQ(found.equals_kept, static_cast<std::int64_t>(kept) - above);
  }
}

TEST(LargestKeys, AgreeWithSorting) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double denormal = std::numeric_limits<double>::denorm_min();
  for (const std::int64_t count : {1, 2, 255, 256, 257, 5000}) {
    std::vector<double> keys = random_values<double>(count, 1);
    for (double& key : keys) key *= key;
    expect_threshold_of_sorted(keys);
    for (double& key : keys) key = std::floor(key);  // many ties
    expect_threshold_of_sorted(keys);
    keys.front() = infinity;
    keys.back() = denormal;
    expect_threshold_of_sorted(keys);
    std::ranges::fill(keys, 0.0);
    expect_threshold_of_sorted(keys);
    std::ranges::fill(keys, infinity);
    expect_threshold_of_sorted(keys);
  }
}

}  // namespace
}  // namespace actscope::kernels::test
