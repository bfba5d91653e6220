// SPDX-License-Identifier: Apache-2.0
// Ours and every rival on a device: what is timed has agreed with the double-precision product.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "../kernels/small_problem.hpp"
#include "actscope/kernels/backend.hpp"
#include "kernels/measure.hpp"

namespace actscope::bench::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class OnDevice : public testing::TestWithParam<ElementType> {
 protected:
  void SetUp() override {
    if (kernels::is_usable(kernels::Backend::cuda)) return;
    const char* expected = std::getenv("ACTSCOPE_EXPECT_GPU");
    const std::string why = kernels::describe(kernels::Backend::cuda);
    if (expected != nullptr && std::string(expected) == "1")
      FAIL() << "a GPU was promised: " << why;
    GTEST_SKIP() << why;
  }
};

TEST_P(OnDevice, EverybodyAgreesOrSaysWhyNot) {
  const std::unique_ptr<Platform> platform = make_cuda_platform(GetParam());
  for (const char* shape : {"fc1", "token-mix"}) {
    const Problem problem = make_problem(shape, random_activations(200, 2), 0, GetParam());
    const Expectation expectation{expected_product(problem.dense, problem.dense.x), ""};
    for (const std::int64_t side : {8, 16, 32}) {
      const auto rows = measure_point(
          *platform, problem, {.block_rows = side, .block_cols = side, .sparsity_ratio = 0.75},
          expectation, {.count = 6});
      ASSERT_TRUE(rows);
      ASSERT_EQ(rows->size(), 3U);
      EXPECT_GT(rows->front().time_s, 0);
      ASSERT_EQ(rows->front().rivals.size(), 6U);
      for (const KernelRival& rival : rows->front().rivals) {
        EXPECT_THAT(rival.message, Not(HasSubstr("computed something else"))) << rival.name;
        EXPECT_FALSE(rival.message.empty()) << rival.name;
        if (rival.kind != RivalKind::sparse) {
          EXPECT_EQ(rival.status, RivalStatus::ok) << rival.name << ": " << rival.message;
        }
        if (rival.name == "cublaslt") {
          EXPECT_THAT(rival.algorithm, HasSubstr("fastest of"));
        }
      }
    }
  }
}

TEST_P(OnDevice, TheMachineHasAPeakAndABandwidth) {
  const KernelsMachine machine = make_cuda_platform(GetParam())->machine();
  EXPECT_EQ(machine.dtype, GetParam().name);
  EXPECT_FALSE(machine.device.empty());
  ASSERT_TRUE(machine.peak_flops.value) << machine.peak_flops.reason;
  ASSERT_TRUE(machine.bandwidth_bytes_per_s.value) << machine.bandwidth_bytes_per_s.reason;
  EXPECT_GT(*machine.peak_flops.value, 1e12);
  EXPECT_GT(*machine.bandwidth_bytes_per_s.value, 1e11);
}

INSTANTIATE_TEST_SUITE_P(All, OnDevice, testing::Values(fp32, tf32, bf16, fp16),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace actscope::bench::test
