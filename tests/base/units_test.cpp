// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/units.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

TEST(FormatBytes, UsesBinaryUnitsWithThreePlaces) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1.00 KiB");
  EXPECT_EQ(format_bytes(50577408), "48.2 MiB");
  EXPECT_EQ(format_bytes(-2048), "-2.00 KiB");
  EXPECT_EQ(format_bytes(1023 * 1024 + 1023), "1.00 MiB");
  EXPECT_EQ(format_bytes(std::numeric_limits<std::int64_t>::max()), "8.00 EiB");
}

TEST(ParseBytes, ReadsUnits) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("1500"), 1500);
  EXPECT_EQ(parse_bytes("64MiB"), 64 << 20);
  EXPECT_EQ(parse_bytes("8 GiB"), std::int64_t{8} << 30);
  EXPECT_EQ(parse_bytes("2k"), 2048);
  EXPECT_EQ(parse_bytes("2kB"), 2000);
  EXPECT_EQ(parse_bytes("1.5MiB"), 1572864);
}

TEST(ParseBytes, RefusesWhatIsNoSize) {
  for (const char* text : {"", "x", "-1", "5 parsecs", "1e30", "nan", "inf", "1MiBx", " "}) {
    EXPECT_THROW(parse_bytes(text), ConfigError) << text;
  }
}

TEST(FormatDuration, ChoosesTheUnit) {
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_duration(2.5e-8), "25.0 ns");
  EXPECT_EQ(format_duration(0.0456), "45.6 ms");
  EXPECT_EQ(format_duration(1.234), "1.23 s");
  EXPECT_EQ(format_duration(723), "12 min 3 s");
  EXPECT_EQ(format_duration(7384), "2 h 3 min");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::quiet_NaN()), "n/a");
}

TEST(FormatFactor, SaysNothingWhereThereIsNothing) {
  EXPECT_EQ(format_factor(34, 2), "17.0x");
  EXPECT_EQ(format_factor(1, 0), "n/a");
}

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(15350872), "15,350,872");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(-100), "-100");
  EXPECT_EQ(format_count(-1000), "-1,000");
  EXPECT_EQ(format_count(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

}  // namespace
}  // namespace actscope
