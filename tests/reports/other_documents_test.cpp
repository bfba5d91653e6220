// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/compare/comparison.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/footprint/document.hpp"
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

FootprintRecord small_footprint() {
  FootprintRecord record;
  record.model = "resmlp";
  record.scheme = "exact";
  record.dtype = "fp32";
  record.batch = 8;
  record.layers = small_run().layers;
  record.layers.push_back({"blocks.1", record.layers[1].slots});
  record.totals = {1200, 2800, 100000, 1234};
  return record;
}

TEST(FootprintDocument, WriteReadWriteIsIdentical) {
  const std::string text = write_footprint_document(small_footprint());
  EXPECT_EQ(write_footprint_document(read_footprint_document(text, "t")), text);
}

TEST(FootprintText, FoldsEqualLayersAndShowsTheTotals) {
  const std::string text = footprint_text(small_footprint());
  EXPECT_THAT(text, HasSubstr("1,234 parameters"));
  EXPECT_THAT(text, HasSubstr("(1200 bytes), 2.33x fewer than the 2.73 KiB"));
}

TEST(Comparison, ARunAgainstItselfIsAllEqual) {
  const RunRecord run = small_run();
  for (const ComparisonRow& row : compare_runs(run, "a", run, "a").rows) {
    EXPECT_EQ(row.difference, 0.0) << row.metric;
    if (row.ratio) {
      EXPECT_EQ(*row.ratio, 1.0) << row.metric;
    }
  }
}

TEST(Comparison, SwappedRunsSwapTheSigns) {
  const RunRecord a = small_run("exact", 600), b = small_run("dense", 1400);
  const auto forward = compare_runs(a, "a", b, "b").rows;
  const auto backward = compare_runs(b, "b", a, "a").rows;
  ASSERT_EQ(forward.size(), backward.size());
  for (std::size_t i = 0; i < forward.size(); ++i) {
    EXPECT_EQ(forward[i].difference, -*backward[i].difference) << forward[i].metric;
  }
  EXPECT_THAT(compare_runs(a, "a", b, "b").config_differences,
              testing::ElementsAre(HasSubstr("scheme"), HasSubstr("slots")));
}

TEST(ComparisonDocument, WriteReadWriteIsIdentical) {
  const auto comparison = compare_runs(small_run("exact", 600), "a", small_run("dense", 1400), "b");
  const std::string text = write_comparison_document(comparison);
  EXPECT_EQ(write_comparison_document(read_comparison_document(text, "t")), text);
  EXPECT_THAT(comparison_text(comparison), HasSubstr("+800 B"));
  // Equal on a hundred images, and so within what these leave open.
  EXPECT_THAT(comparison_text(comparison), HasSubstr("0.00 ±"));
  EXPECT_THAT(text, HasSubstr("difference_low"));
}

}  // namespace
}  // namespace actscope::reports::test
