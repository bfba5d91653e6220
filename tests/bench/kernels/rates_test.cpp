// SPDX-License-Identifier: Apache-2.0
#include "kernels/rates.hpp"

#include <gtest/gtest.h>

namespace actscope::bench {
namespace {

using Figure = Measured<double>;

KernelsMachine machine(Figure peak_flops, Figure bandwidth_bytes_per_s) {
  KernelsMachine m;
  m.peak_flops = peak_flops;
  m.bandwidth_bytes_per_s = bandwidth_bytes_per_s;
  return m;
}

KernelResult row(std::int64_t flops, std::int64_t bytes, double time_s) {
  KernelResult r;
  r.kept_flops = flops;
  r.moved_bytes = bytes;
  r.time_s = time_s;
  return r;
}

TEST(Rates, ManyFlopsAByteAreBoundByThePeak) {
  KernelResult r = row(4'000'000'000, 1'000'000, 1);
  set_rates(r, machine(Figure::of(8e9), Figure::of(1e9)));
  EXPECT_EQ(r.gflop_per_s.value, 4);
  EXPECT_EQ(r.gb_per_s, 1e-3);
  EXPECT_EQ(r.peak_ratio.value, 0.5);
  EXPECT_EQ(r.roofline_ratio.value, 0.5);
}

TEST(Rates, FewFlopsAByteAreBoundByTheBandwidth) {
  KernelResult r = row(1'000'000'000, 2'000'000'000, 4);
  set_rates(r, machine(Figure::of(8e9), Figure::of(1e9)));
  EXPECT_EQ(r.peak_ratio.value, 0.03125);
  EXPECT_EQ(r.roofline_ratio.value, 0.5);
}

TEST(Rates, CompressIsBoundByTheBandwidthAlone) {
  KernelResult r = row(0, 1'000'000'000, 4);
  set_rates(r, machine(Figure::missing("no cuBLAS"), Figure::of(1e9)));
  EXPECT_FALSE(r.gflop_per_s.value);
  EXPECT_FALSE(r.peak_ratio.value);
  EXPECT_EQ(r.roofline_ratio.value, 0.25);
}

TEST(Rates, WithoutAPeakThereIsNoShareOfIt) {
  KernelResult r = row(1, 1, 1);
  set_rates(r, machine(Figure::missing("no cuBLAS"), Figure::of(1e9)));
  EXPECT_TRUE(r.gflop_per_s.value);
  EXPECT_EQ(r.peak_ratio.reason, "no cuBLAS");
  EXPECT_EQ(r.roofline_ratio.reason, "no cuBLAS");
}

}  // namespace
}  // namespace actscope::bench
