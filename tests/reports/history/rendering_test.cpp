// SPDX-License-Identifier: Apache-2.0
// Every output of one history with one of everything, and its document.
#include "actscope/reports/history/rendering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/validation.hpp"
#include "golden_support.hpp"
#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(GoldenHistory, Document) {
  const std::string text = write_history_document(golden_history());
  expect_golden("history.json", text);
  EXPECT_EQ(write_history_document(read_history_document(text, "t")), text);
  EXPECT_EQ(validate_document(text, "t").name, "actscope.history");
}

TEST(GoldenHistory, Rendered) {
  for (const auto& [name, format] : {std::pair{"history.txt", Format::text},
                                     {"history.md", Format::markdown},
                                     {"history.csv", Format::csv},
                                     {"history.html", Format::html}}) {
    expect_golden(name, render_history(golden_history(), format, "One <folder>."));
  }
}

TEST(HistoryDocument, OfPlacesThatAreNoneIsRefused) {
  const std::string text = write_history_document(golden_history());
  for (const auto& [from, to] : {std::pair{"\"report\": 0", "\"report\": 99"},
                                 {"\"report\": 0", "\"report\": -1"},
                                 {"\"order\": \"date\"", "\"order\": \"size\""},
                                 {"\"effect\": \"worse\"", "\"effect\": \"bad\""},
                                 {"\"confidence_ratio\": 0.95", "\"confidence_ratio\": 2"}}) {
    std::string changed = text;
    ASSERT_NE(changed.find(from), std::string::npos) << from;
    changed.replace(changed.find(from), std::string(from).size(), to);
    EXPECT_THROW(read_history_document(changed, "t"), ReportFormatError) << to;
  }
  History empty = golden_history();
  empty.reports.clear();
  empty.groups.clear();
  EXPECT_THROW(read_history_document(write_history_document(empty), "t"), ReportFormatError);
}

TEST(HistoryText, ListsTheLastStepsOfMany) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 12; ++i) {
    entries.push_back(entry(run_number(i, 0.25, 600 + i % 2), std::to_string(i)));
  }
  const std::string text = render_history(build_history(entries, {}), Format::text);
  EXPECT_THAT(text, HasSubstr("6 earlier steps"));
}

TEST(HistoryText, ListsConfigurationsOfOneReportInALineEach) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 15; ++i) {
    RunRecord run = run_number(i);
    run.config.batch = 100 + (i < 13 ? i : 12);
    if (i == 0) run.status = RunStatus::failed;
    entries.push_back(entry(run, std::to_string(i)));
  }
  const History history = build_history(entries, {});
  const std::string text = render_history(history, Format::text);
  EXPECT_THAT(text, HasSubstr("batch 100 (0): failed\n"));
  EXPECT_THAT(text, HasSubstr("batch 109 (9)\n"));
  EXPECT_THAT(text, HasSubstr("and 2 more\n"));
  EXPECT_THAT(text, Not(HasSubstr("batch 110")));
  EXPECT_THAT(text, HasSubstr("too short (3 of 12 values)"));
  EXPECT_THAT(render_history(history, Format::html), HasSubstr("One report only"));
  EXPECT_THAT(render_history(history, Format::markdown), HasSubstr("One report only"));
}

// A document may hold anything: nothing of it becomes markup, commands of a terminal or a crash.
TEST(HistoryPage, ShowsHostileTextAsText) {
  History history = golden_history();
  history.name = history.groups[0].name = "<script>alert(1)</script>\x1b[31m";
  for (HistorySeries& series : history.groups[0].series) {
    series.metric = "\"><img src=x>";
    series.points[1].value = 1e308;
    series.points[2].value = -1e308;
    for (HistoryStep& step : series.steps) {
      step.report = step.previous = 0;
      step.quote = "<b>";
      step.change = step.before = step.change_low = NAN;
    }
  }
  for (const Format format : {Format::text, Format::markdown, Format::html, Format::csv}) {
    const std::string text = render_history(history, format);
    if (format == Format::csv) continue;
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    if (format != Format::html) continue;
    EXPECT_THAT(text, Not(HasSubstr("<script")));
    EXPECT_THAT(text, Not(HasSubstr("<img")));
    EXPECT_THAT(text, Not(HasSubstr("x=\"nan\"")));
    EXPECT_THAT(text, Not(HasSubstr("y1=\"nan\"")));
    EXPECT_THAT(text, Not(HasSubstr("y1=\"inf\"")));
  }
}

TEST(HistoryPage, OfNoReportIsAPage) {
  EXPECT_THAT(render_history({}, Format::html), HasSubstr("No report."));
  EXPECT_THAT(render_history({}, Format::text), HasSubstr("0 reports of 0 configurations"));
}

}  // namespace
}  // namespace actscope::reports::test
