// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/check.hpp"

#include <gtest/gtest.h>

#include <string>

namespace actscope {
namespace {

TEST(Check, ValidateRaisesTheGivenError) {
  EXPECT_NO_THROW(ACTSCOPE_VALIDATE(true, ConfigError, "never"));
  EXPECT_THROW(ACTSCOPE_VALIDATE(false, DataError, "text"), DataError);
}

TEST(Check, ValidateMakesItsTextOnlyWhenItFails) {
  int texts = 0;
  const auto text = [&] { return std::to_string(++texts); };
  ACTSCOPE_VALIDATE(true, ConfigError, text());
  EXPECT_EQ(texts, 0);
  EXPECT_THROW(ACTSCOPE_VALIDATE(false, ConfigError, text()), ConfigError);
  EXPECT_EQ(texts, 1);
}

TEST(Check, ABrokenContractNamesThePlace) {
  try {
    detail::contract_broken("requires", "n > 0", std::source_location::current());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("requires n > 0"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("check_test.cpp"), std::string::npos);
  }
}

TEST(Check, WhatCannotBeReachedIsAnErrorInEveryBuild) {
  try {
    unreachable("no case for this kind");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no case for this kind"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("check_test.cpp"), std::string::npos);
  }
}

// A release build neither checks nor evaluates contracts between parts of the program.
TEST(Check, ContractsHoldInDebugBuilds) {
  int evaluations = 0;
  const auto holds = [&](bool answer) { return ++evaluations, answer; };
#ifdef NDEBUG
  EXPECT_NO_THROW(ACTSCOPE_REQUIRES(holds(false)));
  EXPECT_NO_THROW(ACTSCOPE_ASSUME(holds(false)));
  EXPECT_NO_THROW(ACTSCOPE_ENSURES(holds(false)));
  EXPECT_EQ(evaluations, 0);
#else
  EXPECT_THROW(ACTSCOPE_REQUIRES(holds(false)), Error);
  EXPECT_THROW(ACTSCOPE_ASSUME(holds(false)), Error);
  EXPECT_THROW(ACTSCOPE_ENSURES(holds(false)), Error);
  EXPECT_NO_THROW(ACTSCOPE_REQUIRES(holds(true)));
  EXPECT_EQ(evaluations, 4);
#endif
}

}  // namespace
}  // namespace actscope
