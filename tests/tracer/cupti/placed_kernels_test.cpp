// SPDX-License-Identifier: Apache-2.0
// Which kernels get a layer when CUPTI gives a place only together with the record of a call, as
// the real one does: needs no GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "cupti/cupti_session.hpp"
#include "fake_cupti.hpp"

namespace actscope::tracer {
namespace {

class KeptStream : public ActivitySink {
 public:
  void write(const std::vector<std::string>& /*new_names*/,
             std::span<const ActivityRecord> records) override {
    kept.insert(kept.end(), records.begin(), records.end());
  }
  std::int64_t count(ActivityKind kind) const {
    return std::ranges::count(kept, kind, &ActivityRecord::kind);
  }
  std::vector<ActivityRecord> kept;
};

class PlacedKernels : public testing::Test {
 protected:
  PlacedKernels() { fake_cupti = {}; }

  static void launch(CUpti_ActivityKind api, CUpti_CallbackId call) {
    const auto now = static_cast<std::uint64_t>(now_ns());
    fake::launch(api, call, now, now);
  }

  // Traces a step whose layer launches kernels by each of the calls; returns what its window holds.
  std::vector<KernelEvent> traced(ActivitySink* sink = nullptr) {
    const auto session = make_cupti_session(fake_cupti_api, sink);
    TraceRecorder recorder({});
    session->begin();
    recorder.begin_step(7);
    {
      const LayerScope layer(layer_, Phase::backward);
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaLaunchKernel_v7000);
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaLaunchKernelExC_v11060);
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaMemsetAsync_v3020);
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaMemcpyAsync_v3020);
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaGraphLaunch_v10000);
      launch(CUPTI_ACTIVITY_KIND_DRIVER, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel);
      launch(CUPTI_ACTIVITY_KIND_DRIVER, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx);
    }
    recorder.end_step();
    if (launches_outside_) {
      launch(CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_RUNTIME_TRACE_CBID_cudaLaunchKernel_v7000);
    }
    return session->end(told_);
  }

  const Name layer_{"blocks.3"};
  bool launches_outside_ = false;
  TraceRecord told_;
};

TEST_F(PlacedKernels, EveryLaunchOfALayerHasItWithoutASink) {
  const std::vector<KernelEvent> kernels = traced();
  ASSERT_EQ(kernels.size(), 7U);
  for (const KernelEvent& kernel : kernels) {
    EXPECT_EQ(kernel.place.layer, layer_.number());
    EXPECT_EQ(kernel.place.step, 7);
    EXPECT_EQ(kernel.place.phase, Phase::backward);
  }
  EXPECT_EQ(told_.unplaced_kernels, 0);
  EXPECT_EQ(told_.clock_anomalies, 0);
  EXPECT_TRUE(fake_cupti.enabled.empty() && fake_cupti.runtime_calls.empty() &&
              fake_cupti.driver_calls.empty())
      << "nothing stays enabled";
}

TEST_F(PlacedKernels, ALaunchOutsideEveryScopeIsToldToTheReport) {
  launches_outside_ = true;
  EXPECT_EQ(traced().size(), 8U);
  EXPECT_EQ(told_.unplaced_kernels, 1);
}

TEST_F(PlacedKernels, AStreamHoldsTheLaunchesToo) {
  KeptStream stream;
  traced(&stream);
  EXPECT_EQ(stream.count(ActivityKind::kernel), 7);
  EXPECT_EQ(stream.count(ActivityKind::place_link), 7);
  EXPECT_EQ(stream.count(ActivityKind::launch), 7);
  const auto by_driver = [](const ActivityRecord& record) {
    return record.kind == ActivityKind::launch && record.detail == 1;
  };
  EXPECT_EQ(std::ranges::count_if(stream.kept, by_driver), 2);
}

TEST_F(PlacedKernels, OverheadAndMemoryOfTheDriverAreToldToTheReport) {
  const auto session = make_cupti_session(fake_cupti_api, nullptr);
  session->begin();
  EXPECT_TRUE(fake_cupti.enabled.contains(CUPTI_ACTIVITY_KIND_OVERHEAD));
  EXPECT_TRUE(fake_cupti.enabled.contains(CUPTI_ACTIVITY_KIND_MEMORY2));
  CUpti_ActivityOverhead3 overhead{};
  overhead.kind = CUPTI_ACTIVITY_KIND_OVERHEAD;
  overhead.start = 100;
  overhead.end = 350;
  fake::deliver(overhead);
  CUpti_ActivityMemory4 memory{};
  memory.kind = CUPTI_ACTIVITY_KIND_MEMORY2;
  memory.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  for (const auto operation : {CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION,
                               CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION,
                               CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_RELEASE}) {
    memory.memoryOperationType = operation;
    memory.bytes = 2 << 20;
    fake::deliver(memory);
  }
  EXPECT_TRUE(session->end(told_).empty());
  EXPECT_EQ(told_.overhead_ns, 250);
  EXPECT_EQ(told_.driver_allocations, 2);
  EXPECT_EQ(told_.driver_allocated_bytes, 4 << 20);
}

TEST_F(PlacedKernels, AKernelOfAnotherTimeIsAClockAnomaly) {
  const auto session = make_cupti_session(fake_cupti_api, nullptr);
  session->begin();
  const auto now = static_cast<std::uint64_t>(now_ns());
  constexpr std::uint64_t second = 1'000'000'000;
  const auto call = CUPTI_RUNTIME_TRACE_CBID_cudaLaunchKernel_v7000;
  fake::launch(CUPTI_ACTIVITY_KIND_RUNTIME, call, now, now);
  fake::launch(CUPTI_ACTIVITY_KIND_RUNTIME, call, now + second, now + second + 9);
  fake::launch(CUPTI_ACTIVITY_KIND_RUNTIME, call, 100, 150);
  EXPECT_EQ(session->end(told_).size(), 3U);
  EXPECT_EQ(told_.clock_anomalies, 2);
}

TEST_F(PlacedKernels, TheClockIsThereBeforeAnythingElseAndOnce) {
  // A process has one CUPTI: another copy of the functions stands for another process.
  static const CuptiApi another = fake_cupti_api;
  make_cupti_session(another, nullptr);
  ASSERT_GE(fake_cupti.order.size(), 3U);
  EXPECT_EQ(fake_cupti.order[0], "clock");
  make_cupti_session(another, nullptr);
  EXPECT_EQ(std::ranges::count(fake_cupti.order, "clock"), 1);
}

}  // namespace
}  // namespace actscope::tracer
