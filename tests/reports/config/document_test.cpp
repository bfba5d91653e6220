// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/config/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

TEST(ConfigDocument, WriteReadWriteIsIdentical) {
  RunConfig config = small_run().config;
  config.learning_rate = 0.0125;
  const std::string text = write_config_document(config);
  EXPECT_EQ(write_config_document(read_config_document(text, "t", {})), text);
}

TEST(ConfigDocument, WhatIsLeftOutStaysAsItWas) {
  RunConfig defaults;
  defaults.batch = 7;
  const RunConfig config = read_config_document(
      R"({"schema": {"name": "actscope.config", "version": "1.0.0"}, "dim": 128})", "t", defaults);
  EXPECT_EQ(config.batch, 7);
  EXPECT_EQ(config.dim, 128);
}

TEST(ConfigDocument, AnUnknownFieldIsNamedWithTheNearest) {
  try {
    (void)read_config_document(
        R"({"schema": {"name": "actscope.config", "version": "1.0.0"}, "bacth": 1})", "t", {});
    FAIL();
  } catch (const ReportFormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean batch?"));
  }
}

}  // namespace
}  // namespace actscope::reports::test
