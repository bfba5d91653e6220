// SPDX-License-Identifier: Apache-2.0
#include "kernels/suite_points.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::bench {
namespace {

KernelsSettings all_axes() {
  KernelsSettings s;
  s.backends = {"cpu", "cuda", "reference"};
  s.dtypes = {"fp32", "bf16"};
  s.threads = {1, 2};
  s.shapes = {"fc1"};
  s.blocks = {{8, 64}};
  s.sparsities = {0.5, 0.75};
  return s;
}

TEST(SuitePoints, CudaIsMeasuredOnceForAllThreads) {
  int cpu = 0, cuda = 0, reference = 0;
  for (const SuitePoint& point : all_points(all_axes())) {
    cpu += point.backend == kernels::Backend::cpu ? 1 : 0;
    reference += point.backend == kernels::Backend::reference ? 1 : 0;
    if (point.backend != kernels::Backend::cuda) continue;
    ++cuda;
    EXPECT_EQ(point.threads, 0);
  }
  EXPECT_EQ(cpu, 8);
  EXPECT_EQ(reference, 8);
  EXPECT_EQ(cuda, 4);
}

TEST(SuitePoints, CombinationsThatDoNotExistAreLeftOut) {
  KernelsSettings s = all_axes();
  s.dtypes = {"fp32", "tf32"};
  int tensor = 0;
  for (const SuitePoint& point : all_points(s)) {
    if (point.type != tf32) continue;
    ++tensor;
    EXPECT_EQ(point.backend, kernels::Backend::cuda);
  }
  EXPECT_EQ(tensor, 2);
}

TEST(SuitePoints, ThoseWithRowsAreNotOpen) {
  KernelsBenchRecord record;
  record.settings = all_axes();
  EXPECT_EQ(open_points(record).size(), 20U);
  KernelResult row;
  row.backend = "cpu";
  row.dtype = "bf16";
  row.threads = 2;
  row.shape = "fc1";
  row.block_rows = 8;
  row.block_cols = 64;
  row.sparsity_ratio = 0.75;
  record.results = {row, row, row};
  EXPECT_EQ(open_points(record).size(), 19U);
  record.results[0].threads = 3;
  EXPECT_EQ(open_points(record).size(), 19U);
  record.results = {record.results[0]};
  EXPECT_EQ(open_points(record).size(), 20U);
}

TEST(SuitePoints, SayWhatTheyAre) {
  KernelsSettings s = all_axes();
  s.select = "column";
  const std::vector<SuitePoint> points = all_points(s);
  EXPECT_EQ(describe(points.front()), "cpu fp32, 1 thread, fc1 8x64 at 50 %, column");
  EXPECT_EQ(describe(points[8]), "cuda fp32, fc1 8x64 at 50 %, column");
  EXPECT_TRUE(points[0].is_on_platform_of(points[1]));
  EXPECT_FALSE(points[1].is_on_platform_of(points[2]));
}

TEST(SuitePoints, UnknownNamesAreRefused) {
  EXPECT_THROW(backend_named("tpu"), ConfigError);
  EXPECT_THROW(select_named("diagonal"), ConfigError);
  EXPECT_EQ(select_named("global"), kernels::Select::global);
}

}  // namespace
}  // namespace actscope::bench
