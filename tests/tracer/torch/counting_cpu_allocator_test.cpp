// SPDX-License-Identifier: Apache-2.0
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <optional>
#include <thread>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/memory_report.hpp"
#include "exhaustion.hpp"

namespace actscope::tracer {
namespace {

std::int64_t live() {
  return memory_counters(MemoryDevice::cpu).live_bytes;
}

class CountingCpuAllocator : public testing::Test {
 protected:
  // What can be seen only before the installation, once a process.
  static void SetUpTestSuite() {
    if (is_counting_cpu_allocator_installed()) return;
    earlier = torch::ones({1000});
    try {
      memory_counters(MemoryDevice::cpu);
    } catch (const TraceError&) {
      refused_before_installation = true;
    }
    install_counting_cpu_allocator();
  }

  static inline std::optional<torch::Tensor> earlier;
  static inline bool refused_before_installation = false;
};

TEST_F(CountingCpuAllocator, CountsNothingBeforeItIsInstalled) {
  EXPECT_TRUE(refused_before_installation);
  EXPECT_GE(live(), 0);
}

// Its own deleter frees it: neither the bytes nor the frees of the counter move.
TEST_F(CountingCpuAllocator, EarlierMemoryIsFreedByItsOwnDeleter) {
  if (!earlier) GTEST_SKIP() << "freed by an earlier repetition";
  const MemoryCounters before = memory_counters(MemoryDevice::cpu);
  earlier.reset();
  const MemoryCounters after = memory_counters(MemoryDevice::cpu);
  EXPECT_EQ(after.live_bytes, before.live_bytes);
  EXPECT_EQ(after.frees, before.frees);
}

// The program still gets its memory.
TEST_F(CountingCpuAllocator, WithoutMemoryForItsListNothingIsCounted) {
  const std::int64_t before = live();
  const MemoryCounters counters = memory_counters(MemoryDevice::cpu);
  c10::DataPtr data;
  {
    const Exhaustion exhaustion;
    data = c10::GetCPUAllocator()->allocate(640);
  }
  EXPECT_NE(data.get(), nullptr);
  EXPECT_EQ(live(), before);
  EXPECT_FALSE(find_allocation(data.get()));
  data = {};
  EXPECT_EQ(live(), before);
  EXPECT_EQ(memory_counters(MemoryDevice::cpu).frees, counters.frees);
}

TEST_F(CountingCpuAllocator, InstallingTwiceChangesNothing) {
  const torch::Tensor tensor = torch::empty({10});
  const c10::Allocator* allocator = c10::GetCPUAllocator();
  const std::int64_t before = live();
  install_counting_cpu_allocator();
  EXPECT_EQ(c10::GetCPUAllocator(), allocator);
  EXPECT_EQ(live(), before);
}

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
  c10::Allocator* allocator = c10::GetCPUAllocator();
  allocator->raw_deallocate(allocator->raw_allocate(0));
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, OddSizesAreNotRounded) {
  const MemoryCounters before = memory_counters(MemoryDevice::cpu);
  c10::Allocator* allocator = c10::GetCPUAllocator();
  void* memory = allocator->raw_allocate(13);
  MemoryCounters after = memory_counters(MemoryDevice::cpu);
  EXPECT_EQ(after.live_bytes - before.live_bytes, 13);
  EXPECT_EQ(after.allocations - before.allocations, 1);
  allocator->raw_deallocate(memory);
  after = memory_counters(MemoryDevice::cpu);
  EXPECT_EQ(after.live_bytes, before.live_bytes);
  EXPECT_EQ(after.frees - before.frees, 1);
}

// A resize takes new memory and gives the old back.
TEST_F(CountingCpuAllocator, FollowsAResize) {
  const std::int64_t before = live();
  torch::Tensor tensor = torch::empty({10});
  tensor.resize_({100});
  EXPECT_EQ(live() - before, 400);
  tensor.reset();
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

TEST_F(CountingCpuAllocator, TensorsMayOutliveAReset) {
  const std::int64_t before = live();
  torch::Tensor tensor = torch::empty({1000});
  reset_peak(MemoryDevice::cpu);
  EXPECT_EQ(memory_counters(MemoryDevice::cpu).peak_bytes, before + 4000);
  tensor.reset();
  EXPECT_EQ(live(), before);
  EXPECT_EQ(memory_counters(MemoryDevice::cpu).peak_bytes, before + 4000);
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
  EXPECT_GE(memory_counters(MemoryDevice::cpu).peak_bytes, before + 8 * 256);
  tensors.clear();
  EXPECT_EQ(live(), before);
}

// Taken by one thread, given back by another, as the engine's threads do.
TEST_F(CountingCpuAllocator, MemoryMayChangeHands) {
  const std::int64_t before = live();
  std::vector<torch::Tensor> tensors;
  std::thread([&] {
    for (int i = 0; i < 100; ++i) tensors.push_back(torch::empty({i + 1}));
  }).join();
  EXPECT_EQ(live() - before, 4 * 5050);
  std::thread([&] { tensors.clear(); }).join();
  EXPECT_EQ(live(), before);
}

TEST_F(CountingCpuAllocator, TellsWhatIsLiveSinceAnAllocation) {
  const torch::Tensor older = torch::empty({3});
  const std::int64_t serial = last_allocation();
  const torch::Tensor first = torch::empty({5});
  { const torch::Tensor gone = torch::empty({7}); }
  const torch::Tensor second = torch::empty({11});
  const std::vector<Allocation> live = allocations_after(serial);
  ASSERT_EQ(live.size(), 2U);
  EXPECT_EQ(live[0].address, first.data_ptr());
  EXPECT_EQ(live[0].bytes, 20);
  EXPECT_EQ(live[1].bytes, 44);
  EXPECT_LT(live[0].serial, live[1].serial);
  ASSERT_TRUE(find_allocation(older.data_ptr()));
  EXPECT_LE(find_allocation(older.data_ptr())->serial, serial);
  EXPECT_FALSE(find_allocation(&serial));
}

// LibTorch's own bookkeeping beside ours.
TEST_F(CountingCpuAllocator, TheReportingInterfaceCountsTheSame) {
  const MemoryReport report;
  EXPECT_EQ(report.allocated_bytes(), 0);
  const std::int64_t before = live();
  const torch::Tensor kept = torch::empty({1000});
  EXPECT_EQ(report.allocated_bytes(), 4000);
  EXPECT_EQ(live() - before, 4000);
  { const torch::Tensor gone = torch::empty({10}); }
  EXPECT_EQ(report.allocated_bytes(), 4040);
  EXPECT_EQ(live() - before, 4000);
}

TEST_F(CountingCpuAllocator, CudaIsAnswered) {
  // A build without CUDA says so; one with CUDA but no device says that.
  if (torch::cuda::is_available()) GTEST_SKIP() << "a GPU is here";
  EXPECT_THROW(memory_counters(MemoryDevice::cuda), Error);
}

}  // namespace
}  // namespace actscope::tracer
