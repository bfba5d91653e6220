// SPDX-License-Identifier: Apache-2.0
// Hand-filled records of CUPTI's: needs no GPU.
#include "cupti/activity_decoder.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

template <class Record>
std::optional<ActivityRecord> decoded(const Record& record) {
  return decode_activity(reinterpret_cast<const CUpti_Activity&>(record));
}

CUpti_ActivityKernel10 kernel() {
  CUpti_ActivityKernel10 record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  record.name = "_Z7gemm_tnPf";
  record.correlationId = 3;
  record.start = 100;
  record.end = 150;
  record.deviceId = 1;
  record.streamId = 7;
  return record;
}

TEST(ActivityDecoder, KernelsKeepTimesPlaceAndReadableName) {
  const std::optional<ActivityRecord> ours = decoded(kernel());
  ASSERT_TRUE(ours.has_value());
  EXPECT_EQ(ours->kind, ActivityKind::kernel);
  EXPECT_EQ(ours->name, "gemm_tn(float*)");
  EXPECT_EQ(ours->correlation, 3U);
  EXPECT_EQ(ours->begin_ns, 100U);
  EXPECT_EQ(ours->end_ns, 150U);
  EXPECT_EQ(ours->device, 1);
  EXPECT_EQ(ours->stream, 7);
}

TEST(ActivityDecoder, AKernelMayHaveNoNameOrOneOfC) {
  CUpti_ActivityKernel10 record = kernel();
  record.name = nullptr;
  EXPECT_EQ(decoded(record)->name, "");
  record.name = "gemm_tn";
  EXPECT_EQ(decoded(record)->name, "gemm_tn");
}

TEST(ActivityDecoder, CopiesAndSetsKeepBytes) {
  CUpti_ActivityMemcpy6 copy{};
  copy.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
  copy.copyKind = CUPTI_ACTIVITY_MEMCPY_KIND_DTOD;
  copy.bytes = 4096;
  copy.end = 20;
  CUpti_ActivityMemset4 set{};
  set.kind = CUPTI_ACTIVITY_KIND_MEMSET;
  set.bytes = 512;
  EXPECT_EQ(decoded(copy)->kind, ActivityKind::copy);
  EXPECT_EQ(decoded(copy)->detail, 8);
  EXPECT_EQ(decoded(copy)->bytes, 4096U);
  EXPECT_EQ(decoded(copy)->end_ns, 20U);
  EXPECT_EQ(decoded(set)->kind, ActivityKind::set);
  EXPECT_EQ(decoded(set)->bytes, 512U);
}

TEST(ActivityDecoder, LinksOfOtherToolsAreNotOurs) {
  CUpti_ActivityExternalCorrelation link{};
  link.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
  link.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2;
  link.externalId = 0x123456789abc;
  link.correlationId = 9;
  EXPECT_EQ(decoded(link)->kind, ActivityKind::place_link);
  EXPECT_EQ(decoded(link)->value, 0x123456789abcU);
  EXPECT_EQ(decoded(link)->correlation, 9U);
  link.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_OPENACC;
  EXPECT_FALSE(decoded(link).has_value());
}

TEST(ActivityDecoder, LaunchesAndOverheadKeepTheirTimes) {
  CUpti_ActivityAPI launch{};
  launch.kind = CUPTI_ACTIVITY_KIND_RUNTIME;
  launch.cbid = 211;
  launch.start = 5;
  launch.end = 9;
  launch.correlationId = 4;
  CUpti_ActivityOverhead3 overhead{};
  overhead.kind = CUPTI_ACTIVITY_KIND_OVERHEAD;
  overhead.start = 10;
  overhead.end = 12;
  EXPECT_EQ(decoded(launch)->kind, ActivityKind::launch);
  EXPECT_EQ(decoded(launch)->value, 211U);
  EXPECT_EQ(decoded(launch)->correlation, 4U);
  EXPECT_EQ(decoded(launch)->end_ns, 9U);
  EXPECT_EQ(decoded(overhead)->kind, ActivityKind::overhead);
  EXPECT_EQ(decoded(overhead)->begin_ns, 10U);
}

TEST(ActivityDecoder, MemoryIsThatOfDevices) {
  CUpti_ActivityMemory4 memory{};
  memory.kind = CUPTI_ACTIVITY_KIND_MEMORY2;
  memory.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  memory.memoryOperationType = CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION;
  memory.address = 0x7f0000000000;
  memory.bytes = 64;
  memory.timestamp = 77;
  EXPECT_EQ(decoded(memory)->detail, 1);
  EXPECT_EQ(decoded(memory)->value, 0x7f0000000000U);
  EXPECT_EQ(decoded(memory)->bytes, 64U);
  EXPECT_EQ(decoded(memory)->begin_ns, 77U);
  memory.memoryOperationType = CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_RELEASE;
  EXPECT_EQ(decoded(memory)->detail, 2);
  memory.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE;
  EXPECT_FALSE(decoded(memory).has_value());
}

TEST(ActivityDecoder, OtherKindsArePassedOver) {
  CUpti_ActivityAPI other{};
  for (const int kind : {0, 6, 30, 999}) {
    other.kind = static_cast<CUpti_ActivityKind>(kind);
    EXPECT_FALSE(decoded(other).has_value()) << kind;
  }
}

}  // namespace
}  // namespace actscope::tracer
