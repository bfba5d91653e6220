// SPDX-License-Identifier: Apache-2.0
// What Nsight Systems would see of a step.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

class NvtxTest : public testing::Test {
 protected:
  // NVTX looks for the tool at its first call.
  static void SetUpTestSuite() { ::setenv("NVTX_INJECTION64_PATH", NVTX_PROBE, 1); }

  static std::string told() {
    void* probe = ::dlopen(NVTX_PROBE, RTLD_LAZY | RTLD_NOLOAD);
    if (probe == nullptr) return "the tool is not loaded";
    const auto take = reinterpret_cast<const char* (*)()>(::dlsym(probe, "take_events"));
    return take == nullptr ? "not our tool" : take();
  }
};

void train_step(TraceRecorder& recorder, std::int64_t step, std::int64_t saved_bytes) {
  recorder.begin_step(step);
  {
    const PhaseScope phase(Phase::forward);
    const LayerScope layer(Name("blocks.0"), Phase::forward);
    { const OperatorScope op(Name("quantize"), Name("h")); }
    { const OperatorScope op((Name("addmm"))); }
  }
  recorder.add_counter(Name("saved_stored_bytes"), saved_bytes);
  {
    const PhaseScope phase(Phase::backward);
    const LayerScope layer(Name("blocks.0"), Phase::backward);
  }
  recorder.end_step();
}

TEST_F(NvtxTest, RangesNestAndCountersHaveValues) {
  TraceRecorder recorder({});
  train_step(recorder, 3, 4096);
  EXPECT_EQ(told(),
            "0 step\n"
            "1 forward\n"
            "2 blocks.0\n"
            "3 quantize\n"
            "3 end\n"
            "3 addmm\n"
            "3 end\n"
            "2 end\n"
            "1 end\n"
            "saved_stored_bytes = 4096\n"
            "1 backward\n"
            "2 blocks.0\n"
            "2 end\n"
            "1 end\n"
            "0 end\n");
}

TEST_F(NvtxTest, ACounterKeepsItsNumber) {
  TraceRecorder recorder({});
  recorder.begin_step(0);
  recorder.add_counter(Name("saved_stored_bytes"), 1);
  recorder.add_counter(Name("saved_dense_bytes"), 2);
  recorder.add_counter(Name("saved_stored_bytes"), -3);
  recorder.end_step();
  EXPECT_EQ(told(),
            "0 step\n"
            "saved_stored_bytes = 1\n"
            "saved_dense_bytes = 2\n"
            "saved_stored_bytes = -3\n"
            "0 end\n");
}

TEST_F(NvtxTest, NothingIsToldOutsideAStep) {
  TraceRecorder recorder({});
  train_step(recorder, 0, 1);  // loads the tool
  EXPECT_NE(told(), "");
  { const OperatorScope op((Name("addmm"))); }
  EXPECT_EQ(told(), "");
}

}  // namespace
}  // namespace actscope::tracer
