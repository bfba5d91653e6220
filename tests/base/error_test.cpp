// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(ErrorText, FollowsTheGrammarOnOneLine) {
  EXPECT_EQ(error_text("a", "b", "c"), "a [b]; c");
  EXPECT_EQ(error_text("a"), "a");
  EXPECT_EQ(error_text("a", "", "c"), "a; c");
  EXPECT_EQ(error_text("two\nlines"), "two lines");
}

TEST(Error, KnowsWhereItWasRaised) {
  const Error error("x");
  EXPECT_NE(std::string(error.where().file_name()).find("error_test.cpp"), std::string::npos);
}

}  // namespace
}  // namespace actscope
