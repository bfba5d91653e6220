// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/run/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "actscope/base/error.hpp"
#include "actscope/reports/validation.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string error_of(const std::string& text) {
  try {
    (void)validate_document(text, "file.json");
  } catch (const ReportFormatError& error) {
    return error.what();
  }
  return "accepted";
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RunDocument, WriteReadWriteIsIdentical) {
  const std::string text = write_run_document(small_run());
  EXPECT_EQ(write_run_document(read_run_document(text, "t")), text);
}

TEST(RunDocument, UnknownNumbersAreNullWithAReason) {
  RunRecord record = small_run();
  record.summary.residual_bytes = Measured<std::int64_t>::missing("trace level is off");
  record.summary.step_time_s = Measured<double>::of(std::numeric_limits<double>::infinity());
  const std::string text = write_run_document(record);
  EXPECT_THAT(text, HasSubstr("\"residual_bytes\": null"));
  EXPECT_THAT(text, HasSubstr("\"residual_bytes_reason\": \"trace level is off\""));
  EXPECT_THAT(text, HasSubstr("\"step_time_s\": null"));
  EXPECT_EQ(read_run_document(text, "t").summary.residual_bytes.reason, "trace level is off");
}

TEST(RunDocument, LedgerFieldsAreChecked) {
  RunRecord record = small_run();
  record.ledger = small_ledger();
  record.memory = small_memory();
  const std::string text = write_run_document(record);
  EXPECT_EQ(error_of(text), "accepted");
  const auto with_sizes = [&](const std::string& sizes) {
    return error_of(with(text, "\"5x20\"", "\"" + sizes + "\""));
  };
  EXPECT_EQ(with_sizes("7"), "accepted");
  EXPECT_EQ(with_sizes("scalar"), "accepted");
  EXPECT_EQ(with_sizes("0x3"), "accepted");
  for (const char* sizes :
       {"", "x", "5x", "x5", "5xx2", "-5", "5 x 2", "5x20y", "+5", "99999999999999999999"}) {
    EXPECT_THAT(with_sizes(sizes), HasSubstr("sizes as 4x16, or scalar")) << sizes;
  }
  EXPECT_THAT(error_of(with(text, "\"modified\"", "\"lost\"")), HasSubstr("held or modified"));
  EXPECT_THAT(error_of(with(text, "\"saved_activation\"", "\"weights\"")),
              HasSubstr("saved_activation, output, workspace or other"));
}

TEST(RunDocument, LargeIntegersSurvive) {
  RunRecord record = small_run();
  record.summary.dense_saved_bytes = Measured<std::int64_t>::of((std::int64_t{1} << 53) + 1);
  const std::string text = write_run_document(record);
  EXPECT_THAT(text, HasSubstr("\"9007199254740993\""));
  EXPECT_EQ(read_run_document(text, "t").summary.dense_saved_bytes.value, 9007199254740993);
}

TEST(RunDocument, WithoutVolatileFieldsIdenticalWorkGivesIdenticalBytes) {
  RunRecord other = small_run();
  other.environment.host = "elsewhere";
  other.environment.pid = 1;
  other.environment.started_at = "later";
  other.summary.step_time_s = Measured<double>::of(9);
  other.step_times_s = {9, 9};
  other.accuracy[0].elapsed_s = 100;
  other.config.out = "another/folder";
  EXPECT_EQ(write_run_document(other, VolatileFields::drop),
            write_run_document(small_run(), VolatileFields::drop));
  EXPECT_NE(write_run_document(other), write_run_document(small_run()));
}

TEST(RunDocument, FieldsOfLaterVersionsAreAccepted) {
  const std::string text = write_run_document(small_run());
  const std::string later =
      with(with(text, "\"1.4.0\"", "\"1.7.3\""), "\"status\":", "\"novel\": [1], \"status\":");
  EXPECT_EQ(error_of(later), "accepted");
}

TEST(RunDocument, ErrorsNameThePathAndWhatWasFound) {
  const std::string text = write_run_document(small_run());
  EXPECT_THAT(error_of(with(text, "\"steps\": 20", "\"steps\": \"many\"")),
              HasSubstr("$.summary.steps [found \"many\", expected a whole number]"));
  EXPECT_THAT(error_of(with(text, "\"steps\": 20", "\"steps\": -1")), HasSubstr("a number from 0"));
  EXPECT_THAT(error_of(with(text, "\"dense_bytes\": 1400", "\"dense_bytes\": -4")),
              HasSubstr("$.layers[1].slots[0].dense_bytes"));
  EXPECT_THAT(error_of(with(text, "\"completed\"", "\"fine\"")), HasSubstr("$.status"));
  EXPECT_THAT(error_of(with(text, "\"weights_sha256\"", "\"other\"")),
              HasSubstr("field weights_sha256 is missing"));
  EXPECT_THAT(error_of(with(text, "\"1.4.0\"", "\"2.0.0\"")),
              HasSubstr("install Actscope >= 0.1.0"));
  EXPECT_THAT(error_of(with(text, "actscope.run", "actscope.walk")), HasSubstr("unknown kind"));
}

TEST(RunDocument, WhatIsNoDocumentGetsOneClearError) {
  const std::string text = write_run_document(small_run());
  EXPECT_THAT(error_of(""), HasSubstr("it is empty"));
  EXPECT_THAT(error_of("hello"), HasSubstr("not a readable document"));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(error_of(text.substr(0, text.size() / 2)), HasSubstr("not a readable document"));
  EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(error_of(with(text, "\"status\":", "\"status\": \"completed\", \"status\":")),
              HasSubstr("comes twice"));
  EXPECT_THAT(error_of(text + "{}"), HasSubstr("not a readable document"));
}

// Thousands of damaged documents: each is read or refused, nothing else happens.
TEST(RunDocument, DamageIsReadOrRefused) {
  const std::string text = write_run_document(small_run());
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string damaged = text;
    for (unsigned change = 0; change <= random() % 3; ++change) {
      if (damaged.empty()) break;
      const std::size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.erase(at, random() % 20);
          break;
        case 2:
          damaged.insert(at, 1, "0\"{}[],:-e"[random() % 10]);
          break;
        default:
          damaged.resize(at + 1);
          break;
      }
    }
    try {
      (void)read_run_document(damaged, "damaged");
    } catch (const ReportFormatError& error) {
      ++refused;
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    }
  }
  EXPECT_GT(refused, 3000);
}

}  // namespace
}  // namespace actscope::reports::test
