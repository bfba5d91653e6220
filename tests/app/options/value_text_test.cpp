// SPDX-License-Identifier: Apache-2.0
#include "options/value_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::app {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

TEST(ParseInteger, reads_whole_numbers_only) {
  EXPECT_EQ(parse_integer("--steps", "0"), 0);
  EXPECT_EQ(parse_integer("--steps", "-3"), -3);
  EXPECT_EQ(parse_integer("--steps", "9223372036854775807"), INT64_MAX);
  for (const char* text : {"", " 3", "3 ", "3.0", "1e3", "0x10", "+3", "9223372036854775808"}) {
    EXPECT_THAT([&] { (void)parse_integer("--steps", text); },
                ThrowsMessage<ConfigError>(HasSubstr("--steps takes a whole number")))
        << text;
  }
}

TEST(ParseReal, reads_finite_numbers_only) {
  EXPECT_EQ(parse_real("--lr", "1e-3"), 1e-3);
  EXPECT_EQ(parse_real("--lr", "-0.5"), -0.5);
  EXPECT_EQ(parse_real("--lr", ".8"), 0.8);
  for (const char* text : {"", "nan", "inf", "-inf", "0.8x", "1e999", "0,8"}) {
    EXPECT_THAT([&] { (void)parse_real("--lr", text); },
                ThrowsMessage<ConfigError>(HasSubstr("--lr takes a number")))
        << text;
  }
}

TEST(ParseSize, reads_units_and_names_the_option_in_errors) {
  EXPECT_EQ(parse_size("--workspace-bytes", "64MiB"), std::int64_t{64} << 20);
  EXPECT_EQ(parse_size("--workspace-bytes", "1500"), 1500);
  EXPECT_THAT([] { (void)parse_size("--workspace-bytes", "many"); },
              ThrowsMessage<ConfigError>(HasSubstr("--workspace-bytes")));
}

TEST(ParseBlock, reads_one_side_or_two) {
  EXPECT_THAT(parse_block("--block", "16"), Pair(16, 16));
  EXPECT_THAT(parse_block("--block", "8x64"), Pair(8, 64));
  for (const char* text : {"", "0", "-8", "x", "8x", "x8", "8x0", "8x8x8", "8X8", "8 x 8", "b"}) {
    EXPECT_THAT([&] { (void)parse_block("--block", text); },
                ThrowsMessage<ConfigError>(HasSubstr("--block takes sides from 1")))
        << text;
  }
}

}  // namespace
}  // namespace actscope::app
