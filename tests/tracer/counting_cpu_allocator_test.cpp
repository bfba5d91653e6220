// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::tracer {
namespace {

std::int64_t live() {
  return memory_counters(MemoryDevice::cpu).live_bytes;
}

class CountingCpuAllocator : public testing::Test {
 protected:
  CountingCpuAllocator() { install_counting_cpu_allocator(); }
};

TEST_F(CountingCpuAllocator, CountsRequestedBytesExactly) {
  EXPECT_TRUE(is_counting_cpu_allocator_installed());
  const std::int64_t before = live();
  {
    const torch::Tensor tensor = torch::empty({3, 7});
    EXPECT_EQ(live() - before, 84);
    const torch::Tensor view = tensor.narrow(0, 0, 1);
    EXPECT_EQ(live() - before, 84);
  }
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, EmptyTensorsAreFree) {
  const std::int64_t before = live();
  const torch::Tensor tensor = torch::empty({0});
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, PeakIsTheHighestSinceTheReset) {
  { const torch::Tensor large = torch::empty({1 << 20}); }
  reset_peak(MemoryDevice::cpu);
  const std::int64_t before = live();
  EXPECT_EQ(memory_counters(MemoryDevice::cpu).peak_bytes, before);
  { const torch::Tensor small = torch::empty({100}); }
  EXPECT_EQ(memory_counters(MemoryDevice::cpu).peak_bytes, before + 400);
  EXPECT_EQ(live(), before);
}

// oneDNN takes memory through raw_allocate and asserts that context is data.
TEST_F(CountingCpuAllocator, AConvolutionReturnsToTheStart) {
  const auto step = [] {
    const torch::Tensor weight = torch::randn({8, 3, 4, 4}, torch::requires_grad());
    torch::conv2d(torch::randn({2, 3, 16, 16}), weight, {}, 4).sum().backward();
  };
  step();  // fills the library's caches
  const std::int64_t before = live();
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, SeesEveryThread) {
  const std::int64_t before = live();
  std::vector<torch::Tensor> tensors(8);
  std::vector<std::thread> threads;
  for (torch::Tensor& tensor : tensors) {
    threads.emplace_back([&tensor] {
      for (int i = 0; i < 200; ++i) tensor = torch::empty({64});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(live() - before, 8 * 256);
  tensors.clear();
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, CudaIsAnswered) {
  // A build without CUDA says so; one with CUDA but no device says that.
  if (torch::cuda::is_available()) GTEST_SKIP() << "a GPU is here";
  EXPECT_THROW(memory_counters(MemoryDevice::cuda), Error);
}

}  // namespace
}  // namespace actscope::tracer
