// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/measure.hpp"

namespace actscope::bench {
namespace {

TEST(TimeRounds, EverybodyHasOneSampleARound) {
  HostStopwatch stopwatch;
  std::vector<int> calls(3, 0);
  std::int64_t counted = 0;
  std::vector<Timed> all;
  for (int& count : calls) {
    all.push_back({[&count] { ++count; }});
  }
  all[0].after_sample = [&](std::int64_t n) { counted += n; };
  EXPECT_TRUE(time_rounds(all, stopwatch, {.count = 7, .seed = 1}));
  for (const Timed& timed : all) EXPECT_EQ(timed.times_s.size(), 7U);
  // Two calls to size the samples and one before each are not counted.
  EXPECT_EQ(calls[0], counted + 2 + 7);
  EXPECT_GE(counted, 7);
}

TEST(TimeRounds, StopsBetweenRounds) {
  HostStopwatch stopwatch;
  std::vector<Timed> all(1);
  all[0].run = [] {};
  int asked = 0;
  EXPECT_FALSE(time_rounds(all, stopwatch,
                           {.count = 100, .is_stop_requested = [&] { return ++asked > 3; }}));
  EXPECT_EQ(all[0].times_s.size(), 3U);
}

}  // namespace
}  // namespace actscope::bench
