// SPDX-License-Identifier: Apache-2.0
// Tensors between guard pages: a program of its own, the environment is read once a process.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/memory_report.hpp"

namespace actscope::tracer {
namespace {

class GuardedTensors : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("ACTSCOPE_GUARD_PAGES", "1", 1);
    install_counting_cpu_allocator();
  }
};

std::int64_t live() {
  return memory_counters(MemoryDevice::cpu).live_bytes;
}

TEST_F(GuardedTensors, AreCountedAsOthersAre) {
  const MemoryReport report;
  const std::int64_t before = live();
  {
    const torch::Tensor tensor = torch::ones({3, 7});
    EXPECT_EQ(live() - before, 84);
    EXPECT_EQ(report.allocated_bytes(), 84);
    EXPECT_EQ(tensor.sum().item<double>(), 21);
  }
  EXPECT_EQ(live(), before);
}

TEST_F(GuardedTensors, AWriteBehindOneEndsTheProcess) {
  const torch::Tensor tensor = torch::zeros({16});  // 64 bytes: no slack
  EXPECT_EXIT(tensor.data_ptr<float>()[16] = 1, testing::KilledBySignal(SIGSEGV), "");
  EXPECT_DEATH(
      {
        torch::Tensor odd = torch::zeros({3});
        odd.data_ptr<float>()[3] = 1;
        odd.reset();
      },
      "written 0 bytes behind a block of 12 bytes");
}

TEST_F(GuardedTensors, AnUnwrittenOneIsNoNumber) {
  EXPECT_TRUE(torch::empty({5}).isnan().all().item<bool>());
}

TEST_F(GuardedTensors, AreToldAtExit) {
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(0),
              "guard pages: [0-9]+ blocks guarded, 0 not");
}

TEST(GuardPagesVariable, OtherValuesAreRefused) {
  const auto install = [] {
    setenv("ACTSCOPE_GUARD_PAGES", "yes", 1);
    try {
      install_counting_cpu_allocator();
    } catch (const ConfigError& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(2);
    }
    std::_Exit(0);
  };
  if (is_counting_cpu_allocator_installed()) GTEST_SKIP() << "set up by an earlier test";
  EXPECT_EXIT(install(), testing::ExitedWithCode(2), "ACTSCOPE_GUARD_PAGES is neither 0 nor 1");
}

}  // namespace
}  // namespace actscope::tracer
