// SPDX-License-Identifier: Apache-2.0
// Every way of selecting: the cpu back end writes the oracle's bits whatever the number of threads,
// and products read panels whose counts follow the data.
#include <gtest/gtest.h>
#include <omp.h>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

struct Shape {
  std::int64_t groups, rows, cols;
};

std::vector<BlockSpec> ways_to_select() {
  std::vector<BlockSpec> ways;
  for (const Select select : {Select::panel, Select::row, Select::column, Select::global,
                              Select::random, Select::threshold}) {
    for (const Rescale rescale : {Rescale::none, Rescale::unbiased}) {
      for (const double sparsity : {0.0, 0.6, 0.95}) {
        ways.push_back({4, 8, sparsity, select, 32, rescale});
        ways.push_back({3, 2, sparsity, select, 10, rescale});
      }
    }
  }
  return ways;
}

template <class T>
class CpuSelection : public testing::Test {
 protected:
  // Two steps, so that a threshold is found and then used.
  void compress_steps(const ExecutionContext& context, const ConstMatrixView& x,
                      const BsrPanels& panels, double& threshold) {
    for (std::uint64_t step = 0; step < 2; ++step) {
      compress(context, x, panels, nullptr, {42 + step, 5, &threshold});
    }
  }
};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CpuSelection, Types);

TYPED_TEST(CpuSelection, GivesTheSameBits) {
  for (const Shape& shape : {Shape{1, 1, 1}, {3, 49, 64}, {1, 150, 97}, {2, 0, 8}}) {
    for (const BlockSpec& way : ways_to_select()) {
      const PanelLayout layout(shape.groups, shape.rows, shape.cols, way);
      // Few distinct values, so that norms tie.
      auto x = random_values<TypeParam>(shape.groups * shape.rows * shape.cols, 3);
      for (TypeParam& value : x) value = static_cast<TypeParam>(std::round(float(value)));
      const auto view = contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, shape.groups,
                                                       shape.rows, shape.cols);
      OwnedPanels<TypeParam> expected(layout), actual(layout);
      double expected_threshold = 0, actual_threshold = 0;
      this->compress_steps(reference, view, expected.view, expected_threshold);
      this->compress_steps(cpu, view, actual.view, actual_threshold);
      ASSERT_EQ(actual.mask, expected.mask) << describe(way) << " of " << shape.rows;
      ASSERT_EQ(actual.starts, expected.starts) << describe(way);
      ASSERT_EQ(actual.scales, expected.scales) << describe(way);
      ASSERT_EQ(actual.values, expected.values) << describe(way);
      ASSERT_EQ(actual_threshold, expected_threshold) << describe(way);
      std::vector<std::uint32_t> starts(actual.starts.size());
      column_starts_from_mask(cpu, layout, {actual.mask.data(), starts.data(), nullptr});
      ASSERT_EQ(starts, expected.starts) << describe(way);
    }
  }
}

TYPED_TEST(CpuSelection, ProductsReadPanelsOfAnyCount) {
  using Result = ResultOf<TypeParam>;
  const Shape shape{3, 49, 64};
  const auto x = random_values<TypeParam>(3 * 49 * 64, 5);
  const auto dy = random_values<TypeParam>(3 * 49 * 70, 6);
  for (const BlockSpec& way : ways_to_select()) {
    const PanelLayout layout(shape.groups, shape.rows, shape.cols, way);
    OwnedPanels<TypeParam> panels(layout);
    double threshold = 0;
    this->compress_steps(cpu,
                         contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, 3, 49, 64),
                         panels.view, threshold);
    const auto run = [&](const ExecutionContext& context) {
      std::vector<Result> dw(70 * 64), da(70 * 49);
      const auto out = [](std::vector<Result>& to, std::int64_t cols) {
        return contiguous_matrix<void*>(to.data(), dtype_of<Result>, 70, cols);
      };
      // The last two groups, then the first, as a walk in chunks does.
      const std::int64_t group = layout.panels_per_group();
      const auto* second = dy.data() + 49 * 70;
      gemm_tn(context, contiguous_matrix<const void*>(second, dtype_of<TypeParam>, 98, 70),
              as_const(panels.view), out(dw, 64), Output::overwrite, {group, 2 * group});
      gemm_tn(context, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, 49, 70),
              as_const(panels.view), out(dw, 64), Output::accumulate, {0, group});
      const auto dt = [&](std::int64_t groups) {
        return contiguous_groups<const void*>(dy.data(), dtype_of<TypeParam>, groups, 70, 64);
      };
      gemm_nt_batched(context, dt(2), as_const(panels.view), out(da, 49), Output::overwrite,
                      {group, 2 * group});
      gemm_nt_batched(context, dt(1), as_const(panels.view), out(da, 49), Output::accumulate,
                      {0, group});
      dw.insert(dw.end(), da.begin(), da.end());
      return dw;
    };
    const auto expected = run(reference), actual = run(cpu);
    // Scaled blocks are up to blocks/kept as large.
    const double tolerance = 20 * product_tolerance<Result>(3 * 64);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], tolerance) << describe(way);
    }
  }
}

TYPED_TEST(CpuSelection, ThreadsDoNotChangeABit) {
  const auto x = random_values<TypeParam>(3 * 150 * 130, 10);
  const auto view = contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, 3, 150, 130);
  const int before = omp_get_max_threads();
  for (const BlockSpec& way : ways_to_select()) {
    const PanelLayout layout(3, 150, 130, way);
    OwnedPanels<TypeParam> first(layout);
    for (const int threads : {1, 2, 3, 8}) {
      omp_set_num_threads(threads);
      OwnedPanels<TypeParam> panels(layout);
      double threshold = 0;
      this->compress_steps(cpu, view, threads == 1 ? first.view : panels.view, threshold);
      if (threads == 1) continue;
      EXPECT_EQ(panels.mask, first.mask) << describe(way);
      EXPECT_EQ(panels.scales, first.scales) << describe(way);
      EXPECT_EQ(panels.values, first.values) << describe(way);
    }
  }
  omp_set_num_threads(before);
}

}  // namespace
}  // namespace actscope::kernels::test
