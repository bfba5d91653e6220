// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace actscope::reports::test {

/// Compares with tests/golden/NAME; a mismatch prints the difference and leaves NAME.actual beside
/// it. ACTSCOPE_RENEW_GOLDEN (scripts/golden) writes the file instead.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/" + name;
  if (std::getenv("ACTSCOPE_RENEW_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing: scripts/golden writes it";
  std::stringstream expected;
  expected << file.rdbuf();
  if (expected.str() != actual) std::ofstream(path + ".actual", std::ios::binary) << actual;
  EXPECT_EQ(actual, expected.str()) << "see " << path << ".actual; scripts/golden renews";
}

/// What tests/golden/NAME holds.
inline std::string read_golden(const std::string& name) {
  const std::string path = std::string(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/" + name;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path << " is missing";
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace actscope::reports::test
