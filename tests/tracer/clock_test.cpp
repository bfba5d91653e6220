// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <gtest/gtest.h>

#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {
namespace {

constexpr std::uint64_t half = std::uint64_t{1} << 31U;  // of a nanosecond a tick

TEST(TickLine, BeginsAtItsBaseAndRisesByItsRate) {
  const TickLine line{1000, 50, half};
  EXPECT_EQ(line.at(1000), 50);
  EXPECT_EQ(line.at(1001), 50);
  EXPECT_EQ(line.at(1002), 51);
  EXPECT_EQ(line.at(2000), 550);
}

TEST(TickLine, HoldsAYearOfTicks) {
  constexpr std::uint64_t year = 365ULL * 24 * 3600 * 2'000'000'000ULL;
  const TickLine line{7, 0, half};
  EXPECT_EQ(line.at(7 + year), static_cast<std::int64_t>(year / 2));
}

// Whichever clock it is: no reading lies outside those of the system's clock around it by more than
// both could drift apart while the test is stopped for a minute.
TEST(Clock, IsTheMonotonicClockOfTheSystem) {
  constexpr std::int64_t most_apart_ns = 60'000'000;  // a thousandth of a minute
  const std::string name = describe_clock();
  EXPECT_TRUE(name.starts_with("CLOCK_MONOTONIC")) << name;
  std::int64_t last = now_ns();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t before = steady_ns();
    const std::int64_t now = now_ns();
    const std::int64_t after = steady_ns();
    EXPECT_GE(now, last);
    EXPECT_GE(now, before - most_apart_ns);
    EXPECT_LE(now, after + most_apart_ns);
    last = now;
  }
}

TEST(Clock, IsPreparedOnce) {
  prepare_clock();
  const bool was_ready = detail::has_tick_line;
  const TickLine line = detail::tick_line;
  prepare_clock();
  EXPECT_EQ(detail::has_tick_line, was_ready);
  EXPECT_EQ(detail::tick_line.base_ticks, line.base_ticks);
  EXPECT_EQ(detail::tick_line.ns_per_tick, line.ns_per_tick);
}

}  // namespace
}  // namespace actscope::tracer
