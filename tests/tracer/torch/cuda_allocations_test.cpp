// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/cuda_allocations.hpp"

#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

bool has_device() {
  return c10::cuda::device_count() > 0;
}

class KeepingSink : public TraceSink {
 public:
  void write(const TraceBatch& batch) override {
    for (const MemoryEvent& event : batch.memory) {
      if (event.device >= 0) events.push_back(event);
    }
  }
  void finish(const TraceRecord& /*losses*/) override {}
  std::vector<MemoryEvent> events;
};

/// Skips where no device is, fails where one was promised (ACTSCOPE_EXPECT_GPU=1).
class CudaAllocationsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (has_device()) return;
    const char* expected = std::getenv("ACTSCOPE_EXPECT_GPU");
    if (expected != nullptr && std::string(expected) == "1") FAIL() << "a GPU was promised";
    GTEST_SKIP() << "no CUDA device answers";
  }

  static torch::Tensor bytes(std::int64_t count) {
    return torch::empty({count}, torch::dtype(torch::kUInt8).device(torch::kCUDA));
  }
  static std::uint64_t address_of(const torch::Tensor& tensor) {
    return reinterpret_cast<std::uint64_t>(tensor.storage().data());
  }
  static bool is_live(const CudaAllocations& allocations, std::uint64_t address) {
    return std::ranges::any_of(allocations.live(),
                               [&](const LiveMemory& m) { return m.address == address; });
  }
};

TEST(CudaAllocations, WithoutADeviceTheySaySo) {
  if (has_device()) GTEST_SKIP() << "a device is there";
  EXPECT_THROW(CudaAllocations(), DeviceError);
}

TEST_F(CudaAllocationsTest, ABlockIsRecordedWhereItWasAskedForAndWhereItEnds) {
  KeepingSink sink;
  const CudaAllocations allocations;
  TraceRecorder recorder({.sink = &sink});
  std::uint64_t address = 0;
  recorder.begin_step(3);
  {
    const LayerScope layer(Name("blocks.0"), Phase::forward);
    const torch::Tensor tensor = bytes(1000);
    address = address_of(tensor);
    EXPECT_TRUE(is_live(allocations, address));
  }
  recorder.finish();
  EXPECT_FALSE(is_live(allocations, address));
  ASSERT_EQ(sink.events.size(), 3U);
  const MemoryLife lives[] = {MemoryLife::whole, MemoryLife::logical, MemoryLife::physical};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sink.events[i].address, address) << i;
    EXPECT_EQ(sink.events[i].bytes, i == 0 ? 1000 : -1000) << "as asked for, not as rounded";
    EXPECT_EQ(sink.events[i].life, lives[i]);
    EXPECT_EQ(sink.events[i].device, allocations.device());
    EXPECT_EQ(sink.events[i].place.step, 3);
    EXPECT_EQ(Name(sink.events[i].place.layer).text(), "blocks.0");
  }
  EXPECT_EQ(sink.events[0].live_bytes, sink.events[1].live_bytes + 1000);
}

TEST_F(CudaAllocationsTest, ABlockThatAnotherStreamUsesEndsLater) {
  KeepingSink sink;
  const CudaAllocations allocations;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  torch::Tensor tensor = bytes(5000);
  tensor.record_stream(c10::cuda::getStreamFromPool());
  tensor.reset();
  recorder.flush();
  ASSERT_EQ(sink.events.size(), 2U);
  EXPECT_EQ(sink.events[1].life, MemoryLife::logical);
  c10::cuda::device_synchronize();
  const torch::Tensor next = bytes(100);  // the allocator looks what streams have done
  recorder.finish();
  EXPECT_EQ(std::ranges::count(sink.events, MemoryLife::physical, &MemoryEvent::life), 1);
}

TEST_F(CudaAllocationsTest, WhatIsLiveBeforeAndBetweenStepsCounts) {
  const torch::Tensor before = bytes(2048);
  KeepingSink sink;
  const CudaAllocations allocations;
  std::int64_t live = 0;
  for (const LiveMemory& memory : allocations.live()) live += memory.bytes;
  TraceRecorder recorder({.sink = &sink});
  const torch::Tensor between = bytes(300);  // nothing records yet
  recorder.begin_step(0);
  const torch::Tensor within = bytes(40);
  recorder.finish();
  ASSERT_EQ(sink.events.size(), 1U);
  EXPECT_EQ(sink.events[0].live_bytes, live + 300 + 40);
}

TEST_F(CudaAllocationsTest, AnObserverThatIsGoneHearsNothing) {
  KeepingSink sink;
  { const CudaAllocations allocations; }
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  const torch::Tensor tensor = bytes(1000);
  recorder.finish();
  EXPECT_TRUE(sink.events.empty());
}

}  // namespace
}  // namespace actscope::tracer
