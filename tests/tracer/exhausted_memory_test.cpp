// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <new>
#include <thread>
#include <vector>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "exhaustion.hpp"

namespace actscope::tracer {
namespace {

TEST(ExhaustedMemory, AThreadWithoutRingsLosesItsRecordsAndGoesOn) {
  const Name gemm("gemm_tn");
  TraceRecorder recorder({});
  recorder.begin_step(0);
  int reached = 0;
  std::thread([&] {  // a thread of its own has no rings yet
    const Exhaustion exhaustion;
    for (int i = 0; i < 3; ++i) record_memory(nullptr, 1, 1);
    { const OperatorScope scope(gemm); }
    reached = 1;
  })
      .join();
  recorder.finish();
  EXPECT_EQ(reached, 1);
  EXPECT_EQ(recorder.losses().dropped_records, 4);
  EXPECT_TRUE(recorder.operators().empty());
}

TEST(ExhaustedMemory, WhatTheTrainingThreadTellsIsCountedInsteadOfThrown) {
  StoreLedger ledger;
  const int storage = 0;
  ledger.record("blocks.0", "h", &storage, 40);
  const Name counter("saved_stored_bytes"), layer("blocks.0"), slot("h");
  std::vector<KernelEvent> kernels(2);
  TraceRecorder recorder({});
  recorder.begin_step(0);
  recorder.flush();
  NameNumber unknown = 1;
  {
    const Exhaustion exhaustion;
    recorder.add_ledger(ledger);
    recorder.add_counter(counter, 40);
    recorder.add_kernels(std::move(kernels));
    recorder.add_graph({});
    unknown = Name("a name that was never there before").number();
  }
  recorder.finish();
  EXPECT_EQ(unknown, 0) << "the empty name";
  EXPECT_EQ(recorder.losses().dropped_records, 1 + 1 + 2 + 1 + 1);
  EXPECT_NE(Name("a name that was never there before").number(), 0);
}

TEST(ExhaustedMemory, OfTheLedgerLeavesForwardAloneAndIsTold) {
  const int kept = 0, lost = 0, parameter = 0;
  StoreLedger ledger;
  ledger.record("blocks.0", "h", &kept, 40);
  TraceRecorder recorder({});
  {
    const Exhaustion exhaustion;
    ledger.record("blocks.0", "a slot whose name needs memory of its own", &lost, 8);
    ledger.exclude(&parameter);
  }
  EXPECT_FALSE(ledger.is_whole());
  ledger.record("blocks.0", "a slot whose name needs memory of its own", &lost, 8);
  ASSERT_EQ(ledger.slots().size(), 2U) << "the lost record left nothing behind";
  EXPECT_EQ(ledger.slots()[1].stored_bytes, 8);
  EXPECT_EQ(ledger.total_bytes(), 48);
  EXPECT_FALSE(ledger.is_whole());
  recorder.finish();
  EXPECT_EQ(recorder.losses().dropped_records, 2);
}

// Takes one portion, and with it the memory of the recorder's own thread.
class GreedySink : public TraceSink {
 public:
  void write(const TraceBatch& /*batch*/) override { is_exhausted = true; }
  void finish(const TraceRecord& record) override { losses = record; }
  TraceRecord losses;
};

TEST(ExhaustedMemory, WhatTheWritingThreadCannotTakeOutIsCountedAtTheEnd) {
  GreedySink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  record_memory(nullptr, 1, 1);
  recorder.flush();
  for (int i = 0; i < 5; ++i) record_memory(nullptr, 1, 1);
  recorder.flush();
  recorder.finish();
  EXPECT_EQ(recorder.losses().dropped_records, 6) << "five allocations and the step itself";
  EXPECT_EQ(sink.losses.dropped_records, 6);
  EXPECT_EQ(recorder.sink_failure(), "");
}

class RefusingSink : public TraceSink {
 public:
  void write(const TraceBatch& /*batch*/) override { throw std::bad_alloc(); }
  void finish(const TraceRecord& /*losses*/) override { FAIL() << "it has failed"; }
};

TEST(ExhaustedMemory, OfASinkIsItsFailure) {
  RefusingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  record_memory(nullptr, 1, 1);
  recorder.finish();
  EXPECT_EQ(recorder.sink_failure(), "out of memory");
  EXPECT_EQ(recorder.losses().dropped_records, 2);
}

TEST(ExhaustedMemory, ARecorderThatCannotBeginSaysSoAndAnotherMay) {
  {
    const Exhaustion exhaustion;
    EXPECT_THROW(TraceRecorder({}), std::exception);
  }
  TraceRecorder recorder({});
  recorder.finish();
  EXPECT_EQ(recorder.losses().dropped_records, 0);
}

}  // namespace
}  // namespace actscope::tracer
