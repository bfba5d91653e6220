// SPDX-License-Identifier: Apache-2.0
#include "history/plot.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

std::vector<std::smatch> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::smatch> all;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    all.push_back(*at);
  }
  return all;
}

History stepped(int count, int at) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back(entry(run_number(i, i < at ? 0.25 : 0.5), std::to_string(i)));
  }
  return build_history(entries, {});
}

TEST(Plot, HasAPointAReportAndAMarkBetweenTheTwoOfAStep) {
  const History history = stepped(21, 10);
  const std::string svg = history_plot(history, series_named(history.groups[0], "step_time_s"));
  const auto points = matches(svg,
                              "<circle cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"[^>]*>"
                              "<title>([^<]*)</title>");
  ASSERT_EQ(points.size(), 21U);
  const auto x = [&](std::size_t i) { return std::stod(points[i][1]); };
  const auto y = [&](std::size_t i) { return std::stod(points[i][2]); };
  for (std::size_t i = 1; i < 21; ++i) EXPECT_NEAR(x(i) - x(i - 1), (x(20) - x(0)) / 20, 0.11);
  EXPECT_GT(y(0), y(20));  // a longer time stands higher
  EXPECT_EQ(y(0), y(9));
  EXPECT_NE(std::string(points[0][3]).find("4f2a91c (2026-01-01): 250 ms"), std::string::npos);
  const auto marks =
      matches(svg, "<line x1=\"([0-9.]+)\"[^>]*class=\"step worse\"><title>([^<]*)<");
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_GT(std::stod(marks[0][1]), x(9));
  EXPECT_LT(std::stod(marks[0][1]), x(10));
  EXPECT_NE(std::string(marks[0][2]).find("step_time 2.000x since"), std::string::npos);
  const auto levels = matches(svg, "y1=\"([0-9.]+)\"[^>]*class=\"level\"");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(std::stod(levels[0][1]), y(0));
  EXPECT_EQ(std::stod(levels[1][1]), y(20));
}

TEST(Plot, BreaksItsLineAtAGapAndMarksIt) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 5; ++i) {
    RunRecord run = run_number(i);
    if (i == 2) run.status = RunStatus::failed;
    entries.push_back(entry(run, std::to_string(i)));
  }
  const History history = build_history(entries, {});
  const std::string svg = history_plot(history, series_named(history.groups[0], "step_time_s"));
  EXPECT_EQ(matches(svg, "<circle").size(), 4U);
  EXPECT_EQ(matches(svg, "class=\"gap\"><title>[^<]*failed").size(), 1U);
  const auto curve = matches(svg, "<path d=\"([^\"]*)\" class=\"curve\"");
  ASSERT_EQ(curve.size(), 1U);
  EXPECT_EQ(matches(curve[0][1], "M").size(), 2U);
  EXPECT_EQ(matches(curve[0][1], "L").size(), 2U);
}

TEST(Plot, PutsAFarOutlierAtTheEdgeAndShowsTheRest) {
  std::vector<HistoryEntry> entries = noisy_entries(40, 20, 1.1);
  for (HistoryValue& value : entries[5].values) {
    if (value.metric == "step_time_s") value.value = 25;
  }
  const History history = build_history(entries, {});
  const std::string svg = history_plot(history, series_named(history.groups[0], "step_time_s"));
  EXPECT_EQ(matches(svg, "class=\"point outside\"><title>[^<]*: 25.0 s").size(), 1U);
  const auto levels = matches(svg, "y1=\"([0-9.]+)\"[^>]*class=\"level\"");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_GT(std::stod(levels[0][1]) - std::stod(levels[1][1]), 15);  // of 118 pixels
}

TEST(Plot, OfOneValueAndOfNone) {
  const History one = stepped(1, 1);
  EXPECT_EQ(
      matches(history_plot(one, series_named(one.groups[0], "step_time_s")), "<circle").size(), 1U);
  HistorySeries none;
  none.points = {{0, std::nullopt, "failed"}};
  EXPECT_EQ(history_plot(one, none), "");
}

// Labels that would lie over each other are left out; their marks stay.
TEST(Plot, LabelsStepsWhereThereIsRoom) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 60; ++i) {
    entries.push_back(entry(run_number(i, 0.25, 600 + i), std::to_string(i)));
  }
  const History history = build_history(entries, {});
  const std::string svg = history_plot(history, series_named(history.groups[0], "saved_bytes"));
  EXPECT_EQ(matches(svg, "class=\"step worse\"").size(), 59U);
  EXPECT_LE(matches(svg, "class=\"mark").size(), 8U);
  EXPECT_GE(matches(svg, "class=\"mark").size(), 5U);
}

}  // namespace
}  // namespace actscope::reports::test
