// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

// Keeps everything; fails from a given portion on.
class KeepingSink : public TraceSink {
 public:
  void write(const TraceBatch& batch) override {
    if (fails) throw std::runtime_error("the disk is full");
    for (const std::string& name : batch.new_names) names.push_back(name);
    scopes.insert(scopes.end(), batch.scopes.begin(), batch.scopes.end());
    memory.insert(memory.end(), batch.memory.begin(), batch.memory.end());
    ledger.insert(ledger.end(), batch.ledger.begin(), batch.ledger.end());
    counters.insert(counters.end(), batch.counters.begin(), batch.counters.end());
  }
  void finish(const TraceRecord& record) override {
    losses = record;
    ++ends;
  }

  bool fails = false;
  std::vector<std::string> names;
  std::vector<ScopeEvent> scopes;
  std::vector<MemoryEvent> memory;
  std::vector<LedgerEvent> ledger;
  std::vector<CounterEvent> counters;
  TraceRecord losses;
  int ends = 0;
};

const ScopeEvent* find(const KeepingSink& sink, const std::string& name) {
  for (const ScopeEvent& scope : sink.scopes) {
    if (sink.names.at(scope.name) == name) return &scope;
  }
  return nullptr;
}

TEST(Name, EqualTextsAreOneNumberAndEmptyIsZero) {
  EXPECT_EQ(Name("gemm_tn").number(), Name(std::string("gemm_") + "tn").number());
  EXPECT_NE(Name("gemm_tn").number(), Name("gemm_nt").number());
  EXPECT_EQ(Name("").number(), 0);
  EXPECT_EQ(Name().text(), "");
  EXPECT_EQ(Name("gemm_tn").text(), "gemm_tn");
}

TEST(TraceRecorder, NothingIsRecordedOutsideATracedStep) {
  KeepingSink sink;
  {
    const OperatorScope before((Name("early")));
    record_memory(&sink, 8, 8);
  }
  TraceRecorder recorder({.sink = &sink});
  {
    const OperatorScope early((Name("early")));
    record_memory(&sink, 8, 8);
  }
  recorder.finish();
  EXPECT_TRUE(sink.scopes.empty());
  EXPECT_TRUE(sink.memory.empty());
  EXPECT_EQ(sink.losses.traced_steps, 0);
}

TEST(TraceRecorder, OperatorsGetLayerSlotPhaseAndStep) {
  KeepingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(7);
  {
    const PhaseScope phase(Phase::backward);
    const LayerScope layer(Name("blocks.1"), Phase::backward);
    const OperatorScope op(Name("gemm_tn"), Name("u"));
    record_memory(&sink, 64, 128);
  }
  recorder.end_step();
  recorder.flush();
  const ScopeEvent* op = find(sink, "gemm_tn");
  ASSERT_NE(op, nullptr);
  EXPECT_EQ(op->step, 7);
  EXPECT_EQ(sink.names.at(op->layer), "blocks.1");
  EXPECT_EQ(sink.names.at(op->slot), "u");
  EXPECT_EQ(op->phase, Phase::backward);
  EXPECT_EQ(op->kind, ScopeKind::op);
  EXPECT_LE(op->begin_ns, op->end_ns);
  ASSERT_EQ(sink.memory.size(), 1U);
  EXPECT_EQ(sink.memory[0].bytes, 64);
  EXPECT_EQ(sink.memory[0].live_bytes, 128);
  EXPECT_EQ(sink.names.at(sink.memory[0].place.layer), "blocks.1");
  EXPECT_EQ(sink.memory[0].place.step, 7);
  const std::vector<OperatorTiming> rows = recorder.operators();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].name, "gemm_tn");
  EXPECT_EQ(rows[0].layer, "blocks.1");
  EXPECT_EQ(rows[0].slot, "u");
  EXPECT_EQ(rows[0].phase, "backward");
  EXPECT_EQ(rows[0].calls, 1);
  EXPECT_EQ(recorder.losses().traced_steps, 1);
}

TEST(TraceRecorder, ScopesNestAndEndWhereTheyBegan) {
  KeepingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  const TracePlace outside = current_place();
  {
    const LayerScope layer(Name("blocks.0"), Phase::forward);
    const SlotScope slot(Name("h"));
    EXPECT_EQ(Name(current_place().slot).text(), "h");
    {
      const LayerScope inner(Name("blocks.1"), Phase::forward);
      EXPECT_EQ(Name(current_place().slot).text(), "");
      EXPECT_EQ(Name(current_place().layer).text(), "blocks.1");
    }
    EXPECT_EQ(Name(current_place().layer).text(), "blocks.0");
    EXPECT_EQ(Name(current_place().slot).text(), "h");
  }
  EXPECT_EQ(current_place().layer, outside.layer);
  recorder.finish();
  const ScopeEvent* inner = find(sink, "blocks.1");
  const ScopeEvent* outer = find(sink, "blocks.0");
  const ScopeEvent* step = find(sink, "step");
  ASSERT_TRUE(inner != nullptr && outer != nullptr && step != nullptr);
  EXPECT_LE(outer->begin_ns, inner->begin_ns);
  EXPECT_GE(outer->end_ns, inner->end_ns);
  EXPECT_LE(step->begin_ns, outer->begin_ns);
  EXPECT_GE(step->end_ns, outer->end_ns);
}

TEST(TraceRecorder, ALayerInsideItselfIsOneScope) {
  KeepingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  {
    const LayerScope node(Name("blocks.0"), Phase::backward);
    const LayerScope own(Name("blocks.0"), Phase::backward);
    EXPECT_EQ(Name(current_place().layer).text(), "blocks.0");
  }
  recorder.finish();
  EXPECT_EQ(
      std::ranges::count_if(sink.scopes,
                            [](const ScopeEvent& event) { return event.kind == ScopeKind::layer; }),
      1);
}

TEST(TraceRecorder, AnOperatorInAnOperatorCountsOnce) {
  TraceRecorder recorder({});
  recorder.begin_step(0);
  {
    const OperatorScope outer((Name("linear")));
    const OperatorScope inner((Name("addmm")));
  }
  { const OperatorScope next((Name("addmm"))); }
  recorder.end_step();
  recorder.flush();
  std::int64_t calls = 0;
  for (const OperatorTiming& row : recorder.operators()) calls += row.calls;
  EXPECT_EQ(calls, 2);
}

TEST(TraceRecorder, EveryThreadIsSeen) {
  KeepingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 100; ++k) {
        const LayerScope layer(Name("blocks.2"), Phase::backward);
        const OperatorScope op((Name("mm")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  recorder.finish();
  const std::vector<OperatorTiming> rows = recorder.operators();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].calls, 400);
  EXPECT_EQ(sink.losses.dropped_records, 0);
  EXPECT_EQ(sink.ends, 1);
}

TEST(TraceRecorder, WhatFindsNoRoomIsCounted) {
  TraceRecorder recorder({.sink = nullptr, .ring_records = 4});
  recorder.begin_step(0);
  std::thread([] {  // a thread of its own has rings of the size asked for
    for (int i = 0; i < 1'000'000; ++i) record_memory(nullptr, 1, 1);
  })
      .join();
  recorder.finish();
  EXPECT_GT(recorder.losses().dropped_records, 0);
}

TEST(TraceRecorder, ASinkThatFailsLosesRecordsNotTheRun) {
  KeepingSink sink;
  sink.fails = true;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  { const OperatorScope op((Name("mm"))); }
  recorder.finish();
  EXPECT_EQ(recorder.sink_failure(), "the disk is full");
  EXPECT_GT(recorder.losses().dropped_records, 0);
  EXPECT_EQ(recorder.operators().size(), 1U) << "sums do not need the sink";
  EXPECT_EQ(sink.ends, 0);
}

// Fails with something that is no exception of the library.
class OddSink : public TraceSink {
 public:
  void write(const TraceBatch& /*batch*/) override { throw 7; }
  void finish(const TraceRecord& /*losses*/) override {}
};

TEST(TraceRecorder, ASinkMayThrowAnything) {
  OddSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  recorder.finish();
  EXPECT_EQ(recorder.sink_failure(), "unknown error");
  EXPECT_EQ(recorder.losses().dropped_records, 1) << "the step itself";
}

TEST(TraceRecorder, AnObserverGetsWhatTheSinkNoLongerTakes) {
  KeepingSink sink, observer;
  sink.fails = true;
  TraceRecorder recorder({.sink = &sink, .observer = &observer});
  recorder.begin_step(0);
  record_memory(&sink, 8, 8);
  recorder.flush();
  record_memory(&sink, -8, 0);
  recorder.finish();
  EXPECT_EQ(observer.memory.size(), 2U);
  EXPECT_EQ(observer.ends, 0);
  EXPECT_EQ(recorder.losses().dropped_records, 3) << "what is not in the files, the step too";
}

TEST(TraceRecorder, AnObserverThatFailsDoesNotStopTheSink) {
  KeepingSink sink;
  OddSink observer;
  TraceRecorder recorder({.sink = &sink, .observer = &observer});
  recorder.begin_step(0);
  record_memory(&sink, 8, 8);
  recorder.finish();
  EXPECT_EQ(sink.memory.size(), 1U);
  EXPECT_EQ(recorder.sink_failure(), "");
  EXPECT_EQ(recorder.losses().dropped_records, 2);
}

// Writes until it is let go.
class SlowSink : public TraceSink {
 public:
  void write(const TraceBatch& /*batch*/) override {
    if (has_begun) return;
    has_begun = true;
    begun.set_value();
    release.get_future().wait();
  }
  void finish(const TraceRecord& /*losses*/) override {}
  bool has_begun = false;
  std::promise<void> begun, release;
};

TEST(TraceRecorder, ASinkThatIsBusyHoldsNobodyUp) {
  SlowSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  record_memory(&sink, 8, 8);
  sink.begun.get_future().wait();
  recorder.add_counter(Name("saved bytes"), 1);  // would wait for the sink forever
  recorder.end_step();
  EXPECT_EQ(recorder.losses().traced_steps, 1);
  sink.release.set_value();
  recorder.finish();
  EXPECT_EQ(recorder.losses().dropped_records, 0);
}

TEST(TraceRecorder, APortionIsHandedOnUnasked) {
  class TellingSink : public TraceSink {
   public:
    void write(const TraceBatch& batch) override {
      if (!batch.scopes.empty() && !is_told_) told.set_value(batch.scopes.size());
      is_told_ = is_told_ || !batch.scopes.empty();
    }
    void finish(const TraceRecord& /*losses*/) override {}
    std::promise<std::size_t> told;

   private:
    bool is_told_ = false;
  };
  TellingSink sink;
  TraceRecorder recorder({.sink = &sink});
  recorder.begin_step(0);
  { const OperatorScope scope((Name("operator"))); }
  EXPECT_EQ(sink.told.get_future().get(), 1U);
}

TEST(TraceRecorder, LedgerAndCountersReachTheSink) {
  KeepingSink sink;
  TraceRecorder recorder({.sink = &sink});
  StoreLedger ledger;
  const int storage = 0;
  ledger.record("blocks.0", "h", &storage, 40);
  ledger.record("blocks.0", "u", &storage, 40);
  recorder.begin_step(2);
  recorder.add_ledger(ledger);
  recorder.add_counter(Name("saved bytes"), 40);
  recorder.finish();
  ASSERT_EQ(sink.ledger.size(), 2U);
  EXPECT_EQ(sink.ledger[0].step, 2);
  EXPECT_EQ(sink.names.at(sink.ledger[0].slot), "h");
  EXPECT_EQ(sink.ledger[0].stored_bytes, 40);
  EXPECT_EQ(sink.ledger[1].shared_bytes, 40);
  ASSERT_EQ(sink.counters.size(), 1U);
  EXPECT_EQ(sink.counters[0].value, 40);
}

TEST(TraceRecorder, OneAtATime) {
  TraceRecorder recorder({});
  EXPECT_THROW(TraceRecorder({}), TraceError);
}

TEST(TraceRecorder, KernelsAreSummedByPlaceAndUntimedOnesCount) {
  TraceRecorder recorder({});
  TraceRecord losses;
  losses.kernels_source = "cupti";
  losses.untimed_records = 1;
  recorder.add_losses(losses);
  KernelEvent kernel;
  kernel.name = "gemm";
  kernel.begin_ns = 100;
  kernel.end_ns = 350;
  kernel.place = {0, Name("blocks.3").number(), Name("h").number(), Phase::forward};
  KernelEvent untimed = kernel;
  untimed.begin_ns = untimed.end_ns = 0;
  recorder.add_kernels({kernel, kernel, untimed});
  recorder.finish();
  const std::vector<OperatorTiming> rows = recorder.kernels();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].layer, "blocks.3");
  EXPECT_EQ(rows[0].calls, 3);
  EXPECT_NEAR(rows[0].total_s, 500e-9, 1e-15);
  EXPECT_EQ(rows[0].source, "cupti");
  EXPECT_EQ(recorder.losses().untimed_records, 1);
}

}  // namespace
}  // namespace actscope::tracer
