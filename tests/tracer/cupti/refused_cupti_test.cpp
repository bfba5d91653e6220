// SPDX-License-Identifier: Apache-2.0
// What a session makes of a CUPTI that refuses or loses something: needs no GPU.
#include <gtest/gtest.h>

#include <stdexcept>

#include "actscope/base/error.hpp"
#include "actscope/tracer/place_observer.hpp"
#include "actscope/tracer/recorder.hpp"
#include "cupti/cupti_session.hpp"
#include "fake_cupti.hpp"

namespace actscope::tracer {
namespace {

class RefusedCupti : public testing::Test {
 protected:
  RefusedCupti() { fake_cupti = {}; }

  // Why no session could be opened.
  std::string refusal() {
    try {
      make_cupti_session(fake_cupti_api, nullptr);
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "opened";
  }

  static void run_kernels(int count) {
    fake_cupti.records.clear();
    for (int i = 0; i < count; ++i) {
      CUpti_ActivityKernel10 kernel{};
      kernel.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
      kernel.name = "gemm_tn";
      kernel.correlationId = static_cast<std::uint32_t>(i);
      kernel.start = kernel.end = static_cast<std::uint64_t>(now_ns());
      fake::deliver(kernel);
    }
  }
};

TEST_F(RefusedCupti, AnotherSubscriberIsNamed) {
  fake_cupti.subscribe_result = CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  fake_cupti.holder = "Nsight Systems";
  EXPECT_NE(refusal().find("CUPTI not usable [taken by Nsight Systems]"), std::string::npos)
      << refusal();
  fake_cupti.holder = "";
  EXPECT_NE(refusal().find("taken by another profiler"), std::string::npos) << refusal();
  EXPECT_EQ(fake_cupti.subscriptions, 0);
}

TEST_F(RefusedCupti, WithoutADriverEnableAnswers999) {
  static_assert(CUPTI_ERROR_UNKNOWN == 999);
  fake_cupti.first_enable_result = CUPTI_ERROR_UNKNOWN;
  const std::string text = refusal();
  EXPECT_NE(text.find("CUPTI_ERROR_UNKNOWN: no NVIDIA driver answers"), std::string::npos) << text;
  EXPECT_EQ(fake_cupti.subscriptions, 0) << "let go of";
}

TEST_F(RefusedCupti, MissingPrivilegesAreTold) {
  fake_cupti.first_enable_result = CUPTI_ERROR_INSUFFICIENT_PRIVILEGES;
  EXPECT_NE(refusal().find("administrators only"), std::string::npos);
  EXPECT_EQ(fake_cupti.subscriptions, 0);
}

TEST_F(RefusedCupti, AKindRefusedLaterIsALossOfItsWindow) {
  const auto session = make_cupti_session(fake_cupti_api, nullptr);
  fake_cupti.refused_kinds = {CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET};
  session->begin();
  EXPECT_NE(place_observer.load(), nullptr);
  run_kernels(2);
  TraceRecord losses;
  EXPECT_EQ(session->end(losses).size(), 2U) << "what the others told";
  EXPECT_EQ(losses.dropped_records, 2);
  EXPECT_EQ(place_observer.load(), nullptr);
  EXPECT_TRUE(fake_cupti.enabled.empty());
  fake_cupti.refused_kinds.clear();
  session->begin();
  losses = {};
  EXPECT_EQ(session->end(losses).size(), 2U);
  EXPECT_EQ(losses.dropped_records, 0) << "counted once";
}

TEST_F(RefusedCupti, WhatCuptiDroppedIsCounted) {
  const auto session = make_cupti_session(fake_cupti_api, nullptr);
  session->begin();
  fake_cupti.dropped = 5;
  TraceRecord losses;
  EXPECT_TRUE(session->end(losses).empty());
  EXPECT_EQ(losses.dropped_records, 5);
}

class FailingSink : public ActivitySink {
 public:
  void write(const std::vector<std::string>& /*new_names*/,
             std::span<const ActivityRecord> /*records*/) override {
    ++calls;
    throw std::runtime_error("the disk is full");
  }
  int calls = 0;
};

TEST_F(RefusedCupti, ASinkThatFailsLosesTheStreamNotTheKernels) {
  FailingSink sink;
  const auto session = make_cupti_session(fake_cupti_api, &sink);
  run_kernels(3);
  TraceRecord losses;
  for (int window = 0; window < 2; ++window) {
    session->begin();
    EXPECT_EQ(session->end(losses).size(), 3U);
  }
  EXPECT_EQ(sink.calls, 1);
  EXPECT_EQ(losses.dropped_records, 3);
}

}  // namespace
}  // namespace actscope::tracer
