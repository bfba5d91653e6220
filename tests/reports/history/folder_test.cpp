// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "../../app/scratch_folder.hpp"
#include "actscope/base/error.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/judge.hpp"
#include "actscope/reports/run/document.hpp"
#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

namespace fs = std::filesystem;

class Folder : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((scratch_ / name).parent_path());
    scratch_.write(name, text);
  }
  HistoryFolder read() const { return read_history_folder(scratch_.path(), primary_metrics()); }
  static std::vector<std::string> sources(const HistoryFolder& folder) {
    std::vector<std::string> all;
    for (const HistoryEntry& entry : folder.entries) all.push_back(entry.source);
    return all;
  }
  static std::string run_text(int number = 0) { return write_run_document(run_number(number)); }

  app::ScratchFolder scratch_;
};

using Sources = std::vector<std::string>;

TEST_F(Folder, ThatIsEmptyHasNothing) {
  const HistoryFolder folder = read();
  EXPECT_TRUE(folder.entries.empty());
  EXPECT_TRUE(folder.unreadable.empty());
}

TEST_F(Folder, ThatIsNoneIsAnError) {
  write("file.json", run_text());
  EXPECT_THROW(read_history_folder(scratch_ / "none", primary_metrics()), DataError);
  EXPECT_THROW(read_history_folder(scratch_ / "file.json", primary_metrics()), DataError);
}

TEST_F(Folder, IsReadHoweverDeepInTheOrderOfPaths) {
  write("run-10/report.json", run_text(1));
  write("run-9/report.json", run_text(2));
  write("a/b/c/d/e/f/other name.json", run_text(3));
  write("run-9/notes.txt", "no report");
  EXPECT_EQ(sources(read()),
            (Sources{"a/b/c/d/e/f/other name.json", "run-9/report.json", "run-10/report.json"}));
}

TEST_F(Folder, ListsWhatCannotBeReadAndGoesOn) {
  const std::string text = run_text();
  std::string newer = text;
  newer.replace(newer.rfind("\"version\": \"1."), 14, "\"version\": \"9.");
  write("cut.json", text.substr(0, text.size() / 2));
  write("empty.json", "");
  write("deep.json", std::string(100000, '['));
  write("newer.json", newer);
  write("wrong.json", R"({"schema": {"name": "actscope.run", "version": "1.0.0"}})");
  write("good.json", text);
  fs::create_symlink("gone.json", scratch_ / "dead.json");
  ASSERT_EQ(mkfifo((scratch_ / "pipe.json").c_str(), 0600), 0);
  const HistoryFolder folder = read();
  EXPECT_EQ(sources(folder), (Sources{"good.json"}));
  ASSERT_EQ(folder.unreadable.size(), 7U);
  for (const HistoryProblem& problem : folder.unreadable) {
    EXPECT_THAT(problem.reason, testing::HasSubstr(problem.source));
    EXPECT_EQ(problem.reason.find('\n'), std::string::npos);
  }
  EXPECT_EQ(folder.unreadable.back().source, "wrong.json");
}

TEST_F(Folder, CountsOtherKindsAndOthersFiles) {
  write("list.json", "[]");
  write("package.json", R"({"name": "something", "schema": "http://json-schema.org"})");
  write("foreign.json", R"({"schema": {"name": "theirs"}})");
  write("odd.json", R"({"schema": {"name": 5}})");
  write("config.json", write_config_document(small_run().config));
  const HistoryFolder folder = read();
  EXPECT_EQ(folder.other_files, 5);
  EXPECT_TRUE(folder.unreadable.empty());
  EXPECT_TRUE(folder.entries.empty());
}

TEST_F(Folder, DoesNotFollowLinksToFoldersAndCountsAFileOnce) {
  write("runs/1/report.json", run_text());
  fs::create_directory_symlink("../runs", scratch_ / "runs/loop");
  fs::create_directory_symlink(".", scratch_ / "self");
  fs::create_symlink("runs/1/report.json", scratch_ / "latest.json");
  fs::create_symlink("ring.json", scratch_ / "ring.json");
  const HistoryFolder folder = read();
  EXPECT_EQ(sources(folder), (Sources{"latest.json"}));
  EXPECT_EQ(folder.links, 2);
  ASSERT_EQ(folder.unreadable.size(), 1U);
  EXPECT_EQ(folder.unreadable[0].source, "ring.json");
  EXPECT_THAT(history_of_folder(folder, "runs", {}).notes.back(),
              testing::HasSubstr("not followed: 2"));
}

TEST_F(Folder, ManyFoldersDeepIsReadAsFarAsPathsGo) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "folder/";
  write(deep + "report.json", run_text());
  EXPECT_EQ(read().entries.size(), 1U);
}

TEST_F(Folder, DatesVerdictsByTheRunBesideThem) {
  const std::string verdict = write_gate_document(
      judge_runs(small_run(), small_run("exact", 700), {"main", "change"}, {}, "2026-01-01"));
  write("1/report.json", run_text(7));
  write("1/gate.json", verdict);
  write("2/gate.json", verdict);
  write("3/a.json", run_text(8));
  write("3/b.json", run_text(9));
  write("3/gate.json", verdict);
  HistoryFolder folder = read();
  ASSERT_EQ(folder.entries.size(), 6U);
  EXPECT_EQ(folder.entries[0].source, "1/gate.json");
  EXPECT_EQ(folder.entries[0].environment.started_at, day(7));
  const History history = history_of_folder(std::move(folder), "runs", {});
  EXPECT_EQ(history.reports.size(), 4U);
  ASSERT_EQ(history.unplaced.size(), 2U);
  EXPECT_EQ(history.unplaced[0].source, "2/gate.json");
  EXPECT_EQ(history.unplaced[1].source, "3/gate.json");
}

TEST_F(Folder, IsTheSameHistoryTwice) {
  for (int i = 0; i < 15; ++i) {
    write(std::to_string(i) + "/report.json",
          write_run_document(run_number(i, 0.25 + (i > 7 ? 0.1 : 0), 600)));
  }
  write("x/broken.json", "{");
  const auto quote = [&] {
    const History history = history_of_folder(read(), "runs", {});
    EXPECT_EQ(history.unreadable.size(), 1U);
    return series_named(history.groups.at(0), "step_time_s").steps.at(0).quote;
  };
  EXPECT_EQ(quote(), quote());
  EXPECT_THAT(quote(), testing::StartsWith("step_time 1.400x since"));
}

}  // namespace
}  // namespace actscope::reports::test
