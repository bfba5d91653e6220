// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

TEST(History, OfNothingIsEmpty) {
  const History history = build_history({}, {});
  EXPECT_TRUE(history.reports.empty());
  EXPECT_TRUE(history.groups.empty());
}

TEST(History, FindsAKnownStepAndSaysItInOneLine) {
  const History history = build_history(noisy_entries(60, 40, 1.05), {});
  ASSERT_EQ(history.groups.size(), 1U);
  const HistorySeries& series = series_named(history.groups[0], "step_time_s");
  ASSERT_EQ(series.steps.size(), 1U);
  const HistoryStep& step = series.steps[0];
  EXPECT_NEAR(static_cast<double>(step.report), 40, 1);
  EXPECT_EQ(step.previous, step.report - 1);
  EXPECT_EQ(step.change_kind, ChangeKind::ratio);
  EXPECT_NEAR(step.change, 1.05, 0.02);
  EXPECT_LE(step.change_low, 1.05);
  EXPECT_GE(step.change_high, 1.05);
  EXPECT_EQ(step.effect, Effect::worse);
  EXPECT_EQ(series.level, step.after);
  EXPECT_THAT(step.quote,
              testing::MatchesRegex("step_time 1\\.0[0-9]+x \\[1\\.0[0-9]+, 1\\.0[0-9]+\\] "
                                    "since 4f2a91c[0-9a-f]* \\(2026-02-0?[0-9]+\\)"));
  EXPECT_EQ(series_named(history.groups[0], "saved_bytes").verdict, SeriesVerdict::level);
}

TEST(History, IsTheSameWhateverTheOrderOfReading) {
  std::vector<HistoryEntry> entries = noisy_entries(40, 20, 1.1);
  const History one = build_history(entries, {});
  std::ranges::reverse(entries);
  std::rotate(entries.begin(), entries.begin() + 13, entries.end());
  const History two = build_history(entries, {});
  ASSERT_EQ(one.reports.size(), two.reports.size());
  for (std::size_t i = 0; i < one.reports.size(); ++i) {
    EXPECT_EQ(one.reports[i].source, two.reports[i].source);
  }
  EXPECT_EQ(series_named(one.groups[0], "step_time_s").steps[0].quote,
            series_named(two.groups[0], "step_time_s").steps[0].quote);
}

TEST(History, OfBytesHasAStepAtEveryChange) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 5; ++i) {
    entries.push_back(entry(run_number(i, 0.25,
                                       i < 2   ? 600
                                       : i < 4 ? 700
                                               : 600),
                            std::to_string(i)));
  }
  const History history = build_history(entries, {});
  const HistorySeries& series = series_named(history.groups[0], "saved_bytes");
  ASSERT_EQ(series.steps.size(), 2U);
  EXPECT_EQ(series.steps[0].effect, Effect::worse);
  EXPECT_EQ(series.steps[1].effect, Effect::better);
  EXPECT_EQ(series.steps[0].change, 700.0 / 600);
  EXPECT_EQ(series.steps[0].change_low, series.steps[0].change);
  EXPECT_EQ(series.steps[0].quote, "saved_bytes 1.167x since 4f2a91c (2026-01-03)");
}

TEST(History, OfTooFewReportsSaysSo) {
  const History history = build_history(noisy_entries(11, 6, 2), {});
  const HistorySeries& series = series_named(history.groups[0], "step_time_s");
  EXPECT_EQ(series.verdict, SeriesVerdict::too_short);
  EXPECT_EQ(series.reason, "11 of 12 values");
  const History one = build_history(noisy_entries(1, 0, 1), {});
  EXPECT_EQ(series_named(one.groups[0], "saved_bytes").reason, "1 of 2 values");
}

TEST(History, PassesOverGapsAndKeepsThem) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 40; ++i) {
    RunRecord run = run_number(i, i < 20 ? 0.25 : 0.5);
    if (i % 5 == 3) run.status = RunStatus::failed;
    if (i == 7) run.summary.step_time_s = Measured<double>::of(NAN);
    if (i == 8) run.summary.step_time_s = Measured<double>::missing("not timed");
    entries.push_back(entry(run, std::to_string(i)));
  }
  const History history = build_history(entries, {});
  ASSERT_EQ(history.groups.size(), 1U);
  const HistorySeries& series = series_named(history.groups[0], "step_time_s");
  ASSERT_EQ(series.points.size(), 40U);
  EXPECT_EQ(series.points[3].reason, "failed");
  EXPECT_EQ(series.points[7].reason, "not finite");
  EXPECT_EQ(series.points[8].reason, "failed");
  ASSERT_EQ(series.steps.size(), 1U);
  EXPECT_EQ(series.steps[0].report, 20);
  EXPECT_EQ(series.steps[0].previous, 19);
  EXPECT_EQ(series.steps[0].change, 2);
}

TEST(History, OfAccuracyIsInPoints) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 24; ++i) {
    RunRecord run = run_number(i);
    run.summary.heldout_accuracy_ratio = Measured<double>::of(i < 12 ? 0.82 : 0.79);
    run.summary.train_loss = Measured<double>::of(i < 12 ? 0.0 : -1.0);
    entries.push_back(entry(run, std::to_string(i)));
  }
  const History history = build_history(entries, {});
  const HistoryStep step = series_named(history.groups[0], "heldout_accuracy_ratio").steps.at(0);
  EXPECT_EQ(step.change_kind, ChangeKind::difference);
  EXPECT_EQ(step.effect, Effect::worse);
  EXPECT_EQ(step.quote, "heldout_accuracy -3.00 points since 4f2a91c (2026-01-13)");
  const HistoryStep loss = series_named(history.groups[0], "train_loss").steps.at(0);
  EXPECT_EQ(loss.change_kind, ChangeKind::difference);  // no quotient of 0
  EXPECT_EQ(loss.change, -1);
  EXPECT_EQ(loss.effect, Effect::better);
}

TEST(History, KeepsConfigurationsApartAndNamesTheDifference) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 6; ++i) {
    RunRecord run = run_number(i);
    run.config.batch = i % 2 == 0 ? 32 : 64;
    if (i == 5) run.environment.cpu = "another";
    entries.push_back(entry(run, std::to_string(i)));
  }
  const History history = build_history(entries, {});
  ASSERT_EQ(history.groups.size(), 3U);
  EXPECT_EQ(history.groups[0].name,
            "resmlp exact blocks.0.h=int8, batch 32, on a processor, 2 cores");
  EXPECT_EQ(history.groups[2].name, "resmlp exact blocks.0.h=int8, batch 64, on another, 2 cores");
  EXPECT_EQ(history.groups[0].series[0].points.size(), 3U);
}

TEST(History, SaysWhatElseChangedAtAStep) {
  std::vector<HistoryEntry> entries = noisy_entries(40, 20, 1.3);
  for (std::size_t i = 20; i < 40; ++i) entries[i].environment.libtorch_version = "3.0";
  const History history = build_history(entries, {});
  const HistoryStep step = series_named(history.groups[0], "step_time_s").steps.at(0);
  EXPECT_EQ(step.environment_differences,
            (std::vector<std::string>{"libtorch_version: \"\" -> \"3.0\""}));
}

TEST(History, NotesSharedDatesAndRevisionsThatAreNone) {
  std::vector<HistoryEntry> entries = noisy_entries(4, 4, 1);
  entries[1].environment.started_at = entries[2].environment.started_at = day(0);
  entries[3].environment.git_revision += "-dirty";
  const History history = build_history(entries, {});
  ASSERT_EQ(history.notes.size(), 2U);
  EXPECT_THAT(history.notes[0], HasSubstr("share their date with another: 3"));
  EXPECT_THAT(history.notes[1], HasSubstr("in no revision: 1"));
}

TEST(History, OfALargerLeastChangeHasFewerSteps) {
  HistoryOptions options;
  options.rule.least_change_ratio = 0.2;
  const History history = build_history(noisy_entries(40, 20, 1.1), options);
  EXPECT_EQ(series_named(history.groups[0], "step_time_s").verdict, SeriesVerdict::level);
}

// A change of one byte in a gigabyte is told, and not rounded away.
TEST(History, ShowsChangesOfAByte) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 4; ++i) {
    entries.push_back(entry(run_number(i, 0.25, (1 << 30) + (i < 2 ? 0 : 1)), std::to_string(i)));
  }
  const History history = build_history(entries, {});
  EXPECT_THAT(series_named(history.groups[0], "saved_bytes").steps.at(0).quote,
              HasSubstr("saved_bytes 1.000000001x since"));
}

TEST(History, WithoutRevisionsQuotesDatesAndWithoutDatesPaths) {
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < 3; ++i) {
    RunRecord run = run_number(i, 0.25, i < 2 ? 600 : 700);
    run.environment.git_revision = "unknown";
    run.environment.started_at = "2026-01-01T1" + std::to_string(i) + ":30:00Z";
    entries.push_back(entry(run, "r" + std::to_string(i)));
  }
  EXPECT_THAT(series_named(build_history(entries, {}).groups[0], "saved_bytes").steps.at(0).quote,
              HasSubstr("since 2026-01-01 12:30"));
  for (HistoryEntry& entry : entries) entry.environment.started_at.clear();
  HistoryOptions options;
  options.order = HistoryOrder::path;
  EXPECT_THAT(
      series_named(build_history(entries, options).groups[0], "saved_bytes").steps.at(0).quote,
      HasSubstr("since r2"));
}

}  // namespace
}  // namespace actscope::reports::test
