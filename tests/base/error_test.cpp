// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"

#include <gtest/gtest.h>

#include "actscope/base/check.hpp"

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

TEST(Check, ValidateRaisesTheGivenError) {
  EXPECT_NO_THROW(ACTSCOPE_VALIDATE(true, ConfigError, "never"));
  EXPECT_THROW(ACTSCOPE_VALIDATE(false, DataError, "text"), DataError);
}

TEST(Check, ABrokenContractNamesThePlace) {
  try {
    detail::contract_broken("requires", "n > 0", std::source_location::current());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("requires n > 0"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("error_test.cpp"), std::string::npos);
  }
}

}  // namespace
}  // namespace actscope
