// SPDX-License-Identifier: Apache-2.0
// The cpu back end against the oracle on what real data holds now and then: values that are not
// finite, denormals, ties and zeros; pointers that are aligned to nothing; rows with gaps.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

constexpr std::int64_t groups = 2, rows = 61, cols = 45, outputs = 37;
constexpr float mark = -1234.5F;

/// Matrices that start one element after an aligned place and leave `gap` elements after each row.
struct Gapped {
  Gapped(std::int64_t groups_, std::int64_t rows_, std::int64_t cols_, std::int64_t gap)
      : memory(static_cast<std::size_t>(1 + groups_ * rows_ * (cols_ + gap)), mark),
        view{memory.data() + 1,     DType::f32, groups_, rows_, cols_,
             rows_ * (cols_ + gap), cols_ + gap} {}
  Gapped(const Gapped&) = delete;
  Gapped& operator=(const Gapped&) = delete;

  void fill(const std::function<float(std::int64_t)>& value) {
    for_each([&](float& place, std::int64_t i) { place = value(i); });
  }
  // Visits the elements of the matrices, gaps left out, in row-major order.
  template <class Visit>
  void for_each(const Visit& visit) {
    auto* first = static_cast<float*>(view.data);
    std::int64_t i = 0;
    for (std::int64_t g = 0; g < view.groups; ++g) {
      for (std::int64_t r = 0; r < view.rows; ++r) {
        for (std::int64_t c = 0; c < view.cols; ++c) {
          visit(first[g * view.group_stride + r * view.row_stride + c], i++);
        }
      }
    }
  }
  // Whether everything outside the matrices still holds the mark.
  bool gaps_are_untouched() {
    std::vector<float> copy = memory;
    for_each([&](float& place, std::int64_t) {
      copy[static_cast<std::size_t>(&place - memory.data())] = mark;
    });
    return copy == std::vector<float>(copy.size(), mark);
  }

  std::vector<float> memory;
  MatrixView view;
};

struct Input {
  const char* name;
  std::function<float(std::int64_t)> value;
};

std::vector<Input> inputs() {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float denormal = std::numeric_limits<float>::denorm_min();
  const auto normal = random_values<float>(groups * rows * cols, 21);
  const auto at = [normal](std::int64_t i) { return normal[static_cast<std::size_t>(i)]; };
  return {{"normal", at},
          {"zeros", [](std::int64_t) { return 0.0F; }},
          {"ties", [](std::int64_t i) { return i % 2 == 0 ? 1.0F : -1.0F; }},
          {"denormals", [at](std::int64_t i) { return at(i) * 100 * denormal; }},
          {"huge", [at](std::int64_t i) { return at(i) * 1e30F; }},
          {"nan", [at, nan](std::int64_t i) { return i % 977 == 5 ? nan : at(i); }},
          {"infinities",
           [at, infinity](std::int64_t i) {
             return i % 601 == 7 ? (i % 2 == 0 ? infinity : -infinity) : at(i);
           }},
          {"all nan", [nan](std::int64_t) { return nan; }}};
}

bool is_same_kind(float a, float b) {
  return std::isnan(a) == std::isnan(b) && std::isinf(a) == std::isinf(b) &&
         (std::isnan(a) || !std::isinf(a) || a == b);
}

// The largest finite magnitude.
float largest(Gapped& matrix) {
  float most = 0;
  matrix.for_each([&](float& value, std::int64_t) {
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  });
  return most;
}

// Equal up to the rounding of sums of `terms` products of at most `magnitude`.
void expect_near(Gapped& actual, Gapped& expected, std::int64_t terms, double magnitude,
                 const std::string& what) {
  std::vector<float> wanted;
  expected.for_each([&](float& value, std::int64_t) { wanted.push_back(value); });
  const double allowed = product_tolerance<float>(terms) * magnitude +
                         static_cast<double>(terms) * std::numeric_limits<float>::denorm_min();
  std::int64_t different = 0;
  actual.for_each([&](float& value, std::int64_t i) {
    const float other = wanted[static_cast<std::size_t>(i)];
    const bool is_near = !std::isfinite(value) || std::abs(value - other) <= allowed;
    if (!is_same_kind(value, other) || !is_near) ++different;
  });
  EXPECT_EQ(different, 0) << what;
  EXPECT_TRUE(actual.gaps_are_untouched()) << what;
}

TEST(AwkwardInputs, CpuFollowsTheReference) {
  for (const Input& input : inputs()) {
    Gapped x(groups, rows, cols, 3), dt(groups, outputs, cols, 2), dy(1, groups * rows, outputs, 5);
    x.fill(input.value);
    const auto gradient =
        random_values<float>(groups * rows * outputs + groups * outputs * cols, 22);
    const auto small = [&](std::int64_t i) {
      return gradient[static_cast<std::size_t>(i)] * 1e-3F;
    };
    dt.fill(small);
    dy.fill(small);
    for (const std::int64_t side : {4, 8, 16}) {
      const BlockSpec spec{side, side, 0.7};
      const std::string what = std::string(input.name) + ", " + describe(spec);
      const PanelLayout layout(groups, rows, cols, spec);
      OwnedPanels<float> expected(layout), actual(layout);
      compress(reference, as_const(x.view), expected.view, nullptr);
      compress(cpu, as_const(x.view), actual.view, nullptr);
      ASSERT_EQ(actual.mask, expected.mask) << what;
      ASSERT_EQ(actual.starts, expected.starts) << what;
      for (std::size_t i = 0; i < actual.values.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(actual.values[i]),
                  std::bit_cast<std::uint32_t>(expected.values[i]))
            << what;
      }
      Gapped dw(1, outputs, cols, 7), dw_expected(1, outputs, cols, 7);
      gemm_tn(cpu, as_const(dy.view), as_const(actual.view), dw.view);
      gemm_tn(reference, as_const(dy.view), as_const(actual.view), dw_expected.view);
      expect_near(dw, dw_expected, groups * rows, largest(x) * largest(dy), what + ", gemm_tn");
      Gapped da(1, outputs, rows, 7), da_expected(1, outputs, rows, 7);
      gemm_nt_batched(cpu, as_const(dt.view), as_const(actual.view), da.view);
      gemm_nt_batched(reference, as_const(dt.view), as_const(actual.view), da_expected.view);
      expect_near(da, da_expected, groups * cols, largest(x) * largest(dt),
                  what + ", gemm_nt_batched");
      Gapped dense(groups, rows, cols, 1), dense_expected(groups, rows, cols, 1);
      decompress(cpu, as_const(actual.view), dense.view);
      decompress(reference, as_const(actual.view), dense_expected.view);
      expect_near(dense, dense_expected, 0, 0, what + ", decompress");
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
