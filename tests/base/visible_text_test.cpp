// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/visible_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace actscope {
namespace {

TEST(VisibleText, PlainTextStays) {
  const std::string text = "µ → ½ „a“ 中文 \xf0\x9f\x98\x80 \\ \"\n\tb";
  EXPECT_EQ(visible_text(text), text);
  EXPECT_EQ(visible_line("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(visible_text(""), "");
}

TEST(VisibleText, ControlCharactersAreShown) {
  EXPECT_EQ(visible_text("a\x1b[31m\x7f\x07"), "a\\u001b[31m\\u007f\\u0007");
  EXPECT_EQ(visible_text("a\xc2\x9b"
                         "31m"),
            "a\\u009b31m");
  EXPECT_EQ(visible_text(std::string("a\0b", 3)), "a\\u0000b");
  EXPECT_EQ(visible_text("long line\rshort"), "long line\\u000dshort");
}

TEST(VisibleText, TheDirectionOfWritingStays) {
  EXPECT_EQ(visible_text("\xe2\x80\xae"
                         "gpj.exe"),
            "\\u202egpj.exe");
  EXPECT_EQ(visible_text("\xe2\x81\xa6"), "\\u2066");
  EXPECT_EQ(visible_text("\xd8\x9c"), "\\u061c");
  EXPECT_EQ(visible_text("\xe2\x80\xa8"), "\\u2028");
}

TEST(VisibleText, WhatIsNoUtf8IsShownByteForByte) {
  EXPECT_EQ(visible_text("a\xff\x9b"), "a\\xff\\x9b");
  EXPECT_EQ(visible_text("\xc0\x80"), "\\xc0\\x80");                    // overlong
  EXPECT_EQ(visible_text("\xe0\x82\x9b"), "\\xe0\\x82\\x9b");           // overlong C1
  EXPECT_EQ(visible_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(visible_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // behind the last
  EXPECT_EQ(visible_text("µ\xe2\x80"), "µ\\xe2\\x80");                  // cut
  EXPECT_EQ(visible_text("\xef\xbf\xbe"), "\\ufffe");
}

// Whatever comes in: what goes out is valid, obeys nobody, and stays as it is a second time.
TEST(VisibleText, EveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string shown = visible_line(text);
      for (const char c : shown) {
        ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << first << " " << second;
      }
      ASSERT_EQ(shown.find("\xc2\x9b"), std::string::npos);
      ASSERT_EQ(visible_line(shown), shown);
    }
  }
}

}  // namespace
}  // namespace actscope
