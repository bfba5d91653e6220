// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/compare/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

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
