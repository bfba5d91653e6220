// SPDX-License-Identifier: Apache-2.0
#include "run/timing_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "record_support.hpp"

namespace actscope::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

OperatorTiming timing(const char* name, const char* layer, std::int64_t calls, double total_s) {
  OperatorTiming row;
  row.name = name;
  row.layer = layer;
  row.phase = "backward";
  row.calls = calls;
  row.total_s = total_s;
  return row;
}

RunRecord traced_run() {
  RunRecord run;
  run.operators = {timing("short", "blocks.0", 8, 0.004), timing("long", "blocks.1", 4, 0.012)};
  run.trace.emplace();
  run.trace->traced_steps = 4;
  run.trace->kernels_reason = "the run was on the CPU";
  return run;
}

TEST(TimingTable, ShowsAStepLongestFirst) {
  EXPECT_EQ(timing_table(traced_run(), 10).csv(),
            "operator or kernel,layer,slot,phase,source,calls,ms,share\n"
            "long,blocks.1,-,backward,scope,1,3.000,75.0 %\n"
            "short,blocks.0,-,backward,scope,2,1.000,25.0 %\n");
}

TEST(TimingTable, WhatIsBeyondStandsInOneRow) {
  EXPECT_THAT(timing_table(traced_run(), 1).csv(), HasSubstr("1 more,,,,scope,2,1.000,25.0 %"));
}

TEST(TimingTable, WhatTheDeviceToldBesideKernelsIsInTheRemarkAndInTheReport) {
  RunRecord run = traced_run();
  EXPECT_THAT(timing_remark(run), Not(HasSubstr("outside every scope")));
  run.trace->unplaced_kernels = 3;
  run.trace->overhead_ns = 1'500'000;
  run.trace->driver_allocations = 2;
  run.trace->driver_allocated_bytes = 4 << 20;
  EXPECT_THAT(timing_remark(run),
              HasSubstr("Launched outside every scope: 3 kernels, copies and sets. The driver "
                        "allocated 2 times, "));
  EXPECT_THAT(timing_remark(run), HasSubstr("The profiling interface itself took 1.500 ms."));
  RunRecord whole = test::small_run();
  whole.trace = run.trace;
  const RunRecord read = read_run_document(write_run_document(whole), "t");
  EXPECT_EQ(read.trace->unplaced_kernels, 3);
  EXPECT_EQ(read.trace->overhead_ns, 1'500'000);
  EXPECT_EQ(read.trace->driver_allocations, 2);
  EXPECT_EQ(read.trace->driver_allocated_bytes, 4 << 20);
}

// The largest counts a file can hold, so that any two overflow.
RunRecord run_of_hostile_counts() {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  RunRecord run = traced_run();
  for (OperatorTiming& row : run.operators) row.calls = largest;
  run.trace->dropped_records = largest;
  run.trace->untimed_records = largest;
  return run;
}

TEST(TimingTable, SumsOfHostileCountsDoNotOverflow) {
  const LongestTimings longest = longest_timings(run_of_hostile_counts().operators, 1);
  EXPECT_EQ(longest.others, 1U);
  EXPECT_DOUBLE_EQ(longest.all.calls, 0x1p64);
  EXPECT_DOUBLE_EQ(longest.rest.calls, 0x1p63);
  EXPECT_THAT(timing_remark(run_of_hostile_counts()), HasSubstr(" Lost: 9223372036854775807 dr"));
}

TEST(TimingTable, KernelsAreASumOfTheirOwn) {
  RunRecord run = traced_run();
  OperatorTiming kernel = timing("gemm", "blocks.0", 4, 0.002);
  kernel.source = "cupti";
  run.kernels = {kernel};
  EXPECT_THAT(timing_table(run, 10).csv(),
              HasSubstr("gemm,blocks.0,-,backward,cupti,1,0.500,100.0 %"));
}

TEST(TimingTable, NothingTimedAndNoTimeDivideByNothing) {
  RunRecord run;
  EXPECT_FALSE(has_timings(run));
  run.operators = {timing("none", "", 0, 0)};
  EXPECT_THAT(timing_table(run, 10).csv(), HasSubstr("none,-,-,backward,scope,0,0.000,-"));
}

TEST(TimingRemark, TellsStepsReasonsAndLosses) {
  RunRecord run = traced_run();
  EXPECT_EQ(
      timing_remark(run),
      "Calls and milliseconds of a step, means over 4 traced steps. No kernels: the run was on "
      "the CPU.");
  run.trace->dropped_records = 3;
  EXPECT_THAT(timing_remark(run), HasSubstr("Lost: 3 dropped"));
}

// Two of three counters; one operator of two was counted.
RunRecord counted_run() {
  RunRecord run = traced_run();
  run.operators[1].counts = HardwareCounts{4, {8'000'000, 20'000'000, std::nullopt}};
  run.trace->counters_source = "perf_event";
  run.trace->counters_reason = "no llc_misses (perf_event_open: No such file or directory)";
  return run;
}

TEST(TimingTable, ShowsWhatWasCountedAStepAndACycle) {
  EXPECT_EQ(timing_table(counted_run(), 10).csv(),
            "operator or kernel,layer,slot,phase,source,calls,ms,share,Mcycles,instr./cycle,k LLC "
            "misses\n"
            "long,blocks.1,-,backward,scope,1,3.000,75.0 %,2.000,2.50,-\n"
            "short,blocks.0,-,backward,scope,2,1.000,25.0 %,-,-,-\n");
  RunRecord run = counted_run();
  run.operators[0].counts = HardwareCounts{8, {0, 7, 5000}};
  EXPECT_THAT(timing_table(run, 1).csv(), HasSubstr("1 more,,,,scope,2,1.000,25.0 %,0.000,-,1.250"))
      << "no cycle, no rate";
}

TEST(TimingRemark, TellsWhatIsCountedAndWhatNot) {
  RunRecord run = counted_run();
  run.trace->scaled_operators = 3;
  run.trace->uncounted_operators = 1;
  EXPECT_THAT(timing_remark(run),
              HasSubstr(" Counted by perf_event in user mode, on the thread that called the "
                        "operator: the shares of threads that helped it are not in; no llc_misses "
                        "(perf_event_open: No such file or directory). 3 calls were counted for "
                        "part of their time and scaled. 1 calls could not be counted: the counts "
                        "lack them."));
  run = traced_run();
  run.trace->counters_reason = "counters are not permitted";
  EXPECT_THAT(timing_remark(run), HasSubstr(" No hardware counters: counters are not permitted."));
}

TEST(TimingTable, CountsReachThePage) {
  const std::vector<NamedRun> one{{"a", counted_run()}};
  EXPECT_THAT(
      render_runs(one, Format::html, ""),
      HasSubstr(R"(["long","blocks.1","","backward",4.0,0.012,8000000.0,20000000.0,null])"));
}

TEST(RenderRuns, OneTracedRunShowsItsTimes) {
  const std::vector<NamedRun> one{{"a", traced_run()}};
  EXPECT_THAT(render_runs(one, Format::text, ""), HasSubstr("blocks.1"));
  EXPECT_THAT(render_runs(one, Format::markdown, ""), HasSubstr("| long | blocks.1 |"));
  EXPECT_THAT(render_runs(one, Format::html, ""), HasSubstr("\"remark\":\"Calls and"));
  const std::vector<NamedRun> two{{"a", traced_run()}, {"b", traced_run()}};
  EXPECT_THAT(render_runs(two, Format::text, ""), Not(HasSubstr("blocks.1")));
}

}  // namespace
}  // namespace actscope::reports
