// SPDX-License-Identifier: Apache-2.0
#include "training/capture_schedule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace actscope::core {
namespace {

// A letter a step: w(arm-up), t(raced), b(are), i(dle); steps take `on_s` or `off_s`.
std::string played(CaptureSchedule& schedule, std::int64_t first, std::int64_t total,
                   std::int64_t steps, double on_s = 1, double off_s = 1) {
  std::string letters;
  for (std::int64_t step = first; step < first + steps; ++step) {
    const Capture capture = schedule.begin(step, total);
    letters += "wtbi"[static_cast<int>(capture)];
    schedule.add(capture == Capture::traced ? on_s : off_s);
  }
  return letters;
}

TEST(CaptureSchedule, AShortRunTracesSixteenStepsInARow) {
  CaptureSchedule one, two, thirty;
  EXPECT_EQ(played(one, 0, 1, 1), "t");
  EXPECT_EQ(played(two, 0, 2, 2), "wt");
  EXPECT_EQ(played(thirty, 0, 30, 30), "w" + std::string(16, 't') + std::string(13, 'i'));
}

TEST(CaptureSchedule, ALongRunTracesAsManyInTurns) {
  CaptureSchedule schedule;
  const std::string turns =
      "ttbb"
      "bbtt"
      "ttbb"
      "bbtt"
      "ttbb"
      "bbtt"
      "ttbb";
  EXPECT_EQ(played(schedule, 0, 33, 33), "wt" + turns + "t" + "ii");
}

TEST(CaptureSchedule, AResumedRunCountsFromItsOwnFirstStep) {
  CaptureSchedule rest, end;
  EXPECT_EQ(played(rest, 100, 131, 4), "wttt");
  EXPECT_EQ(rest.cost("ledger").ratio.ratio.reason,
            "the run ended before a step with the level was followed by one without");
  EXPECT_EQ(played(end, 100, 130, 5), "wtttt");
  EXPECT_EQ(end.cost("ledger").ratio.ratio.reason, "a run of 31 steps or more measures it");
}

TEST(CaptureSchedule, WaitsAtTheEndOfComparedTracedBlocksOnly) {
  CaptureSchedule schedule;
  std::vector<std::int64_t> waits;
  for (std::int64_t step = 0; step < 33; ++step) {
    schedule.begin(step, 33);
    if (schedule.ends_traced_block()) waits.push_back(step);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{3, 9, 11, 17, 19, 25, 27}));
}

TEST(CaptureSchedule, TheCostIsOfPairedBlocks) {
  CaptureSchedule schedule;
  played(schedule, 0, 40, 40, 3, 2);
  const TracerCost cost = schedule.cost("timeline");
  EXPECT_EQ(cost.level, "timeline");
  EXPECT_EQ(cost.samples, 7);
  EXPECT_EQ(cost.on_step_s.value, 3);
  EXPECT_EQ(cost.off_step_s.value, 2);
  EXPECT_EQ(cost.ratio.ratio.value, 1.5);
  EXPECT_EQ(cost.ratio.low.value, 1.5);
  EXPECT_EQ(cost.ratio.high.value, 1.5);
}

TEST(CaptureSchedule, APairThatDidNotEndIsLeftOut) {
  CaptureSchedule schedule;
  played(schedule, 0, 40, 2 + 4 + 3, 3, 2);  // of the second pair a step is missing
  const TracerCost cost = schedule.cost("timeline");
  EXPECT_EQ(cost.samples, 1);
  EXPECT_EQ(cost.ratio.ratio.value, 1.5);
  EXPECT_FALSE(cost.ratio.low.value);
  EXPECT_EQ(cost.ratio.low.reason, "1 rounds, 6 give an interval");
}

TEST(CaptureSchedule, AStepThatFailedIsNoSample) {
  CaptureSchedule schedule;
  played(schedule, 0, 40, 2 + 3, 3, 2);
  schedule.begin(5, 40);  // would end the first pair
  EXPECT_EQ(schedule.cost("timeline").samples, 0);
}

TEST(CaptureSchedule, LevelOffCostsNothingToMeasure) {
  CaptureSchedule schedule;
  const TracerCost cost = schedule.cost("off");
  EXPECT_FALSE(cost.on_step_s.value);
  EXPECT_EQ(cost.on_step_s.reason, "trace level is off");
  EXPECT_EQ(cost.ratio.ratio.reason, "trace level is off");
}

}  // namespace
}  // namespace actscope::core
