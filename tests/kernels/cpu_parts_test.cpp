// SPDX-License-Identifier: Apache-2.0
// What the cpu operators are made of, each against the obvious way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "cpu/largest_keys.hpp"
#include "cpu/product_plan.hpp"
#include "cpu/transpose.hpp"
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

TEST(Strips, CoverTheOutputsWithoutOverlap) {
  for (std::int64_t outputs = 1; outputs < 300; ++outputs) {
    const cpu::Strips strips(outputs);
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < strips.count(); ++i) {
      const cpu::Strip strip = strips.strip(i);
      ASSERT_EQ(strip.first, next) << outputs << " outputs";
      ASSERT_GT(strip.count, 0);
      ASSERT_GE(strip.width, strip.count);
      ASSERT_LT(strip.width - strip.count, cpu::strip_step);
      ASSERT_LE(strip.width, cpu::strip_width);
      ASSERT_EQ(strip.width % cpu::strip_step, 0);
      next += strip.count;
    }
    ASSERT_EQ(next, outputs);
  }
  EXPECT_EQ(cpu::Strips(0).count(), 0);
  EXPECT_EQ(cpu::Strips(196).strip(0).width, 32);  // 13 steps in 5 strips: 32, 48, 32, 48, 48
}

TEST(PartsForThreads, CutOnlyWhereThreadsWouldWait) {
  EXPECT_EQ(cpu::parts_for_threads(6, 100, 2), 1);
  EXPECT_EQ(cpu::parts_for_threads(24, 100, 1), 1);
  EXPECT_EQ(cpu::parts_for_threads(1, 100, 4), 4);
  EXPECT_EQ(cpu::parts_for_threads(1, 2, 8), 2);
  EXPECT_EQ(cpu::parts_for_threads(6, 100, 16), 5);
}

template <class T>
void expect_transposed(std::int64_t rows, std::int64_t cols) {
  const std::int64_t from_stride = cols + 3, to_stride = rows + 1;
  const auto from = random_values<T>(rows * from_stride, 2);
  std::vector<T> to(static_cast<std::size_t>(cols * to_stride), T(-1));
  cpu::transpose(from.data(), from_stride, rows, cols, to.data(), to_stride);
  for (std::int64_t c = 0; c < cols; ++c) {
    for (std::int64_t r = 0; r < to_stride; ++r) {
      const T expected = r < rows ? from[static_cast<std::size_t>(r * from_stride + c)] : T(-1);
      ASSERT_EQ(to[static_cast<std::size_t>(c * to_stride + r)], expected) << rows << "x" << cols;
    }
  }
}

TEST(Transpose, TurnsEveryShapeAndWritesNothingElse) {
  for (const std::int64_t rows : {1, 2, 3, 4, 7, 16, 33}) {
    for (const std::int64_t cols : {1, 2, 4, 5, 16, 31}) {
      expect_transposed<float>(rows, cols);
      expect_transposed<double>(rows, cols);
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
