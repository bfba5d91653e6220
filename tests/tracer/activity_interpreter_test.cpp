// SPDX-License-Identifier: Apache-2.0
#include "activity_interpreter.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "activity_support.hpp"

namespace actscope::tracer {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

ActivityWindow interpreted(const std::vector<ActivityRecord>& records, TraceRecord& losses) {
  ActivityInterpreter interpreter;
  for (const ActivityRecord& record : records) interpreter.add(record);
  return interpreter.take(losses);
}

ActivityWindow interpreted(const std::vector<ActivityRecord>& records) {
  TraceRecord losses;
  return interpreted(records, losses);
}

TEST(ActivityInterpreter, NothingGivesNothing) {
  const ActivityWindow window = interpreted({});
  EXPECT_TRUE(window.kernels.empty() && window.memory.empty());
}

TEST(ActivityInterpreter, AKernelGetsThePlaceOfItsLaunchWhicheverComesFirst) {
  const TracePlace place{5, 3, 4, Phase::backward};
  TraceRecord losses;
  const ActivityWindow window = interpreted(
      {kernel(1, 200, 350), link(1, place), link(2, place), kernel(2, 100, 150)}, losses);
  ASSERT_EQ(window.kernels.size(), 2U);
  EXPECT_EQ(window.kernels[0].begin_ns, 100) << "sorted by begin";
  for (const KernelEvent& event : window.kernels) {
    EXPECT_EQ(event.name, "gemm_tn(float*)");
    EXPECT_EQ(event.device, 1);
    EXPECT_EQ(event.stream, 7);
    EXPECT_EQ(event.place.step, 5);
    EXPECT_EQ(event.place.layer, 3);
    EXPECT_EQ(event.place.slot, 4);
    EXPECT_EQ(event.place.phase, Phase::backward);
  }
  EXPECT_EQ(window.unplaced_kernels, 0);
  EXPECT_EQ(losses.untimed_records, 0);
}

TEST(ActivityInterpreter, MissingPartnersAreToldAndNothingElse) {
  const ActivityWindow window =
      interpreted({kernel(1, 100, 150), link(2, {5, 3, 4, Phase::forward}),
                   work(ActivityKind::launch, 3, 90, 95), work(ActivityKind::set, 4, 160, 170)});
  ASSERT_EQ(window.kernels.size(), 2U) << "a launch and a link are no work";
  EXPECT_EQ(window.kernels[0].place.step, -1);
  EXPECT_EQ(window.unplaced_kernels, 2);
}

TEST(ActivityInterpreter, CorrelationsThatWrapAroundStayApart) {
  const TracePlace before{0, 1, 0, Phase::forward}, after{1, 2, 0, Phase::forward};
  ActivityInterpreter interpreter;
  TraceRecord losses;
  constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  for (const std::uint32_t number : {last - 1, last}) interpreter.add(link(number, before));
  interpreter.add(kernel(last - 1, 10, 20));
  interpreter.add(kernel(last, 20, 30));
  interpreter.add(link(0, after));
  interpreter.add(kernel(0, 30, 40));
  const std::vector<KernelEvent> first = interpreter.take(losses).kernels;
  interpreter.add(link(last, after));
  interpreter.add(kernel(last, 50, 60));
  interpreter.add(kernel(0, 60, 70));
  const std::vector<KernelEvent> second = interpreter.take(losses).kernels;
  ASSERT_EQ(first.size(), 3U);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(first[1].place.layer, 1);
  EXPECT_EQ(first[2].place.layer, 2);
  EXPECT_EQ(second[0].place.layer, 2) << "the same number, another window";
  EXPECT_EQ(second[1].place.step, -1) << "the place of the earlier window is gone";
  EXPECT_NE(first[1].correlation, second[0].correlation);
  EXPECT_NE(first[2].correlation, second[1].correlation);
}

TEST(ActivityInterpreter, WhatHasNoTimesIsKeptAndCounted) {
  TraceRecord losses;
  const ActivityWindow window = interpreted(
      {kernel(1, 0, 0), kernel(2, 50, 40), kernel(3, 5, 0), kernel(4, 1, largest), kernel(5, 7, 7)},
      losses);
  ASSERT_EQ(window.kernels.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(window.kernels[i].begin_ns, 0);
    EXPECT_EQ(window.kernels[i].end_ns, 0);
  }
  EXPECT_EQ(window.kernels[4].begin_ns, 7) << "no time at all is a time";
  EXPECT_EQ(losses.untimed_records, 3);
  EXPECT_EQ(losses.clock_anomalies, 1);
}

TEST(ActivityInterpreter, CopiesAndSetsHaveBytesAndDirections) {
  ActivityRecord copy = work(ActivityKind::copy, 1, 10, 20);
  ActivityRecord set = work(ActivityKind::set, 2, 30, 31);
  copy.bytes = 4096;
  set.bytes = largest;
  std::vector<std::string> names;
  for (const std::uint8_t direction : {1, 2, 8, 77}) {
    copy.detail = direction;
    const ActivityWindow window = interpreted({copy});
    names.push_back(window.kernels.at(0).name);
    EXPECT_EQ(window.kernels[0].kind, KernelKind::copy);
    EXPECT_EQ(window.kernels[0].bytes, 4096);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"copy host to device", "copy device to host",
                                             "copy device to device", "copy"}));
  const ActivityWindow window = interpreted({set});
  EXPECT_EQ(window.kernels.at(0).kind, KernelKind::set);
  EXPECT_EQ(window.kernels[0].bytes, std::numeric_limits<std::int64_t>::max());
}

TEST(ActivityInterpreter, AKernelWithoutANameHasOne) {
  ActivityRecord unnamed = kernel(3, 1, 2);
  unnamed.name.clear();
  EXPECT_EQ(interpreted({unnamed}).kernels.at(0).name, "unnamed kernel");
}

TEST(ActivityInterpreter, OverheadAddsUpToTheLargestNumber) {
  const ActivityWindow window =
      interpreted({work(ActivityKind::overhead, 0, 10, 25), work(ActivityKind::overhead, 0, 30, 20),
                   work(ActivityKind::overhead, 0, 40, 45)});
  EXPECT_EQ(window.overhead_ns, 20) << "an end before its begin counts nothing";
  EXPECT_EQ(interpreted({work(ActivityKind::overhead, 0, 0, largest),
                         work(ActivityKind::overhead, 0, 0, largest)})
                .overhead_ns,
            std::numeric_limits<std::int64_t>::max());
}

TEST(ActivityInterpreter, MemoryOfADeviceIsNeverBelowZero) {
  ActivityInterpreter interpreter;
  TraceRecord losses;
  interpreter.add(memory(1, 10, 0x1000, 64));
  interpreter.add(memory(2, 20, 0x1000, 64));
  interpreter.add(memory(2, 30, 0x2000, 64));
  interpreter.add(memory(3, 40, 0x3000, 64));
  std::vector<MemoryEvent> events = interpreter.take(losses).memory;
  ASSERT_EQ(events.size(), 3U) << "neither an allocation nor a free is nothing";
  EXPECT_EQ(events[0].bytes, 64);
  EXPECT_EQ(events[0].live_bytes, 64);
  EXPECT_EQ(events[0].device, 0);
  EXPECT_EQ(events[1].bytes, -64);
  EXPECT_EQ(events[2].live_bytes, 0);
  interpreter.add(memory(1, 50, 0x1000, largest));
  interpreter.add(memory(1, 60, 0x1000, largest));
  events = interpreter.take(losses).memory;
  EXPECT_EQ(events.at(1).live_bytes, std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace actscope::tracer
