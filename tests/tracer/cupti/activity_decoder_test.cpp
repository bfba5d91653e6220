// SPDX-License-Identifier: Apache-2.0
// Hand-filled records through the decoder: needs no GPU.
#include "cupti/activity_decoder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "actscope/tracer/name.hpp"
#include "correlation.hpp"

namespace actscope::tracer {
namespace {

template <class Record>
const CUpti_Activity& as_activity(const Record& record) {
  return reinterpret_cast<const CUpti_Activity&>(record);
}

CUpti_ActivityKernel10 kernel(std::uint32_t correlation, std::uint64_t start, std::uint64_t end) {
  CUpti_ActivityKernel10 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  record.name = "_Z7gemm_tnPf";
  record.correlationId = correlation;
  record.start = start;
  record.end = end;
  record.deviceId = 1;
  record.streamId = 7;
  return record;
}

CUpti_ActivityExternalCorrelation link(std::uint32_t correlation, const TracePlace& place) {
  CUpti_ActivityExternalCorrelation record{};
  record.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
  record.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2;
  record.externalId = encode_place(place);
  record.correlationId = correlation;
  return record;
}

TEST(ActivityDecoder, AKernelGetsThePlaceOfItsLaunchWhicheverComesFirst) {
  const TracePlace place{5, Name("blocks.2").number(), Name("h").number(), Phase::backward};
  ActivityDecoder decoder;
  decoder.add(as_activity(kernel(1, 200, 350)));
  decoder.add(as_activity(link(1, place)));
  decoder.add(as_activity(link(2, place)));
  decoder.add(as_activity(kernel(2, 100, 150)));
  TraceRecord losses;
  const std::vector<KernelEvent> events = decoder.take(losses);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].begin_ns, 100) << "sorted by begin";
  for (const KernelEvent& event : events) {
    EXPECT_EQ(event.name, "gemm_tn(float*)");
    EXPECT_EQ(event.device, 1);
    EXPECT_EQ(event.stream, 7);
    EXPECT_EQ(event.place.step, 5);
    EXPECT_EQ(event.place.layer, place.layer);
    EXPECT_EQ(event.place.slot, place.slot);
    EXPECT_EQ(event.place.phase, Phase::backward);
  }
  EXPECT_EQ(losses.untimed_records, 0);
}

TEST(ActivityDecoder, CorrelationNumbersBeginAgainEachWindow) {
  ActivityDecoder decoder;
  TraceRecord losses;
  decoder.add(as_activity(link(1, {0, Name("blocks.0").number(), 0, Phase::forward})));
  decoder.add(as_activity(kernel(1, 1, 2)));
  const std::vector<KernelEvent> first = decoder.take(losses);
  decoder.add(as_activity(kernel(1, 3, 4)));
  const std::vector<KernelEvent> second = decoder.take(losses);
  ASSERT_EQ(first.size() + second.size(), 2U);
  EXPECT_NE(first[0].correlation, second[0].correlation);
  EXPECT_EQ(second[0].place.layer, 0) << "the place of the earlier window is gone";
  EXPECT_TRUE(decoder.take(losses).empty());
}

TEST(ActivityDecoder, CopiesAndSetsHaveBytesAndDirections) {
  CUpti_ActivityMemcpy6 copy{};
  copy.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
  copy.copyKind = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD;
  copy.bytes = 4096;
  copy.start = 10;
  copy.end = 20;
  CUpti_ActivityMemset4 set{};
  set.kind = CUPTI_ACTIVITY_KIND_MEMSET;
  set.bytes = 512;
  set.start = 30;
  set.end = 31;
  ActivityDecoder decoder;
  decoder.add(as_activity(copy));
  decoder.add(as_activity(set));
  TraceRecord losses;
  const std::vector<KernelEvent> events = decoder.take(losses);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, KernelKind::copy);
  EXPECT_EQ(events[0].name, "copy host to device");
  EXPECT_EQ(events[0].bytes, 4096);
  EXPECT_EQ(events[1].kind, KernelKind::set);
  EXPECT_EQ(events[1].bytes, 512);
}

TEST(ActivityDecoder, WhatHasNoTimesIsKeptAndCounted) {
  ActivityDecoder decoder;
  decoder.add(as_activity(kernel(1, 0, 0)));
  decoder.add(as_activity(kernel(2, 50, 40)));
  TraceRecord losses;
  const std::vector<KernelEvent> events = decoder.take(losses);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].end_ns, 0);
  EXPECT_EQ(events[1].end_ns, 0);
  EXPECT_EQ(losses.untimed_records, 1);
  EXPECT_EQ(losses.clock_anomalies, 1);
}

TEST(ActivityDecoder, KernelsWithoutANameAndForeignLinksDoNoHarm) {
  CUpti_ActivityKernel10 unnamed = kernel(3, 1, 2);
  unnamed.name = nullptr;
  CUpti_ActivityExternalCorrelation foreign = link(3, {9, 9, 9, Phase::forward});
  foreign.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_OPENACC;
  ActivityDecoder decoder;
  decoder.add(as_activity(unnamed));
  decoder.add(as_activity(foreign));
  TraceRecord losses;
  const std::vector<KernelEvent> events = decoder.take(losses);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "unnamed kernel");
  EXPECT_EQ(events[0].place.step, -1);
}

TEST(ActivityDecoder, SurvivesRecordsOfRandomBytes) {
  std::mt19937 random(7);
  ActivityDecoder decoder;
  TraceRecord losses;
  for (int i = 0; i < 20000; ++i) {
    alignas(8) std::array<std::uint8_t, sizeof(CUpti_ActivityKernel10)> bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    auto* record = reinterpret_cast<CUpti_ActivityKernel10*>(bytes.data());
    record->kind = static_cast<CUpti_ActivityKind>(random() % 60);
    if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL ||
        record->kind == CUPTI_ACTIVITY_KIND_KERNEL) {
      record->name = "kernel";  // a pointer of CUPTI's own, never ours to doubt
    }
    decoder.add(*reinterpret_cast<const CUpti_Activity*>(bytes.data()));
  }
  for (const KernelEvent& event : decoder.take(losses)) {
    EXPECT_GE(event.end_ns, event.begin_ns);
    EXPECT_LE(static_cast<int>(event.place.phase), static_cast<int>(Phase::optimizer));
  }
}

}  // namespace
}  // namespace actscope::tracer
