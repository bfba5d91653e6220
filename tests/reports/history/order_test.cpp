// SPDX-License-Identifier: Apache-2.0
#include "history/order.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

const std::string first_hash = "1111111111aaaaaaaaaabbbbbbbbbbcccccccccc";
const std::string second_hash = "0000000000ddddddddddeeeeeeeeeeffffffffff";

HistoryEntry placed(const std::string& source, const std::string& date,
                    const std::string& revision = "") {
  RunRecord run = small_run();
  run.environment.started_at = date;
  run.environment.git_revision = revision;
  return entry(run, source);
}

std::vector<std::string> ordered(std::vector<HistoryEntry> entries, const HistoryOptions& options,
                                 std::vector<HistoryProblem>* unplaced = nullptr) {
  std::vector<HistoryProblem> left_out;
  std::vector<std::string> sources;
  for (const HistoryEntry& entry : in_order(std::move(entries), options, left_out)) {
    sources.push_back(entry.source);
  }
  if (unplaced != nullptr) *unplaced = left_out;
  return sources;
}

using Sources = std::vector<std::string>;

TEST(Order, OfPathsTakesNumbersByTheirValue) {
  EXPECT_TRUE(comes_before("run-9/a", "run-10/a"));
  EXPECT_FALSE(comes_before("run-10/a", "run-9/a"));
  EXPECT_TRUE(comes_before("a", "b"));
  EXPECT_TRUE(comes_before("a", "a/b"));
  EXPECT_FALSE(comes_before("a", "a"));
  EXPECT_TRUE(comes_before("a007", "a7b"));
  EXPECT_TRUE(comes_before("a007", "a7"));
  EXPECT_FALSE(comes_before("a7", "a007"));
  EXPECT_TRUE(comes_before("99999999999999999999", "100000000000000000000"));
  EXPECT_TRUE(comes_before("", "a"));
}

TEST(Order, KnowsDates) {
  EXPECT_TRUE(is_date("2026-01-02T03:04:05Z"));
  for (const char* text : {"", "later", "2026-01-02", "2026-13-02T03:04:05Z",
                           "2026-01-32T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z"}) {
    EXPECT_FALSE(is_date(text)) << text;
  }
}

TEST(Order, OfDatesBreaksTiesByPathAndLeavesOutWhatHasNone) {
  std::vector<HistoryProblem> unplaced;
  EXPECT_EQ(ordered({placed("c", "2026-02-01T00:00:00Z"), placed("b10", "2026-01-01T00:00:00Z"),
                     placed("b9", "2026-01-01T00:00:00Z"), placed("x", ""), placed("y", "later")},
                    {}, &unplaced),
            (Sources{"b9", "b10", "c"}));
  ASSERT_EQ(unplaced.size(), 2U);
  EXPECT_EQ(unplaced[0].source + ": " + unplaced[0].reason, "x: it says no date");
  EXPECT_EQ(unplaced[1].reason, "no date: later");
}

TEST(Order, OfPathsNeedsNoDate) {
  HistoryOptions options;
  options.order = HistoryOrder::path;
  EXPECT_EQ(
      ordered({placed("b", ""), placed("a10", "2026-01-01T00:00:00Z"), placed("a9", "")}, options),
      (Sources{"a9", "a10", "b"}));
}

TEST(Order, OfRevisionsIsThatOfTheList) {
  HistoryOptions options;
  options.order = HistoryOrder::revision;
  options.revisions = {first_hash + " v1.0 main", second_hash};
  std::vector<HistoryProblem> unplaced;
  const std::string late = "2026-09-01T00:00:00Z", early = "2026-01-01T00:00:00Z";
  EXPECT_EQ(ordered({placed("whole", late, second_hash), placed("cut", late, "1111111111aa-dirty"),
                     placed("described", early, "v0.1.0-12-g00000000"),
                     placed("named", early, "v1.0"), placed("short", early, "111111"),
                     placed("none", early, ""), placed("other", early, "2222222222")},
                    options, &unplaced),
            (Sources{"named", "cut", "described", "whole"}));
  ASSERT_EQ(unplaced.size(), 3U);
  EXPECT_EQ(unplaced[0].reason, "not in the list: 111111");
  EXPECT_EQ(unplaced[1].reason, "it says no revision");
}

TEST(Order, OfRevisionsReadsThemFromFoldersToo) {
  HistoryOptions options;
  options.order = HistoryOrder::revision;
  options.revisions = {first_hash, second_hash};
  EXPECT_EQ(ordered({placed("0000000000/report.json", "", "1111111111aa"),
                     placed("runs/11111111.json", "", "unknown")},
                    options),
            (Sources{"runs/11111111.json", "0000000000/report.json"}));
}

TEST(Order, OfAListThatIsCutFindsLongerHashes) {
  HistoryOptions options;
  options.order = HistoryOrder::revision;
  options.revisions = {"1111111", "0000000"};
  EXPECT_EQ(ordered({placed("b", "", second_hash), placed("a", "", first_hash)}, options),
            (Sources{"a", "b"}));
}

TEST(Order, ReadsListsOfRevisions) {
  EXPECT_EQ(read_revisions("\n" + first_hash + " tag\r\n\n" + second_hash, "t").size(), 2U);
  for (const char* text : {"", "\n\n", "no hash", "12345\n", "ABCDEF0123\n", "{\"a\": 1}"}) {
    EXPECT_THROW(read_revisions(text, "list.txt"), ReportFormatError) << text;
  }
  try {
    read_revisions(first_hash + "\nmain\n", "list.txt");
    FAIL();
  } catch (const ReportFormatError& error) {
    EXPECT_NE(std::string(error.what()).find("line 2 begins with 'main'"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace actscope::reports::test
