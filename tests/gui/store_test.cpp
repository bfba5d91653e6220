// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "gui_support.hpp"
#include "models/parallel_reading.hpp"
#include "models/run_reader.hpp"

namespace actscope::gui {
namespace {

using test::MadeFolder;
using test::madeRun;
using test::MadeRuns;

TEST_F(MadeRuns, PointsAreReadOnceWithTheirReports) {
  ASSERT_EQ(store.runs().size(), 18U);
  EXPECT_TRUE(run("dense-0")->isBaseline);
  EXPECT_TRUE(run("dense-0")->record);
  EXPECT_EQ(run("p8a1")->name, "int4-bsr 8x8 50 % seed 1");
  EXPECT_FALSE(run("p16a0")->record);
  EXPECT_EQ(run("p16a0")->status, EntryStatus::failed);
}

TEST_F(MadeRuns, ARunIsFoundByKeyNameAndFolder) {
  EXPECT_EQ(store.named("dense-0"), run("dense-0"));
  EXPECT_EQ(store.named("dense seed 0"), run("dense-0"));
  EXPECT_EQ(store.named(folder.path() + "/alone/exact")->name, "exact");
  EXPECT_FALSE(store.named("nothing"));
  EXPECT_FALSE(store.find(""));
}

TEST_F(MadeRuns, UnchangedFilesAreNotReadAgain) {
  QSignalSpy changes(&store, &RunStore::changed);
  const RunPointer before = run("dense-0");
  const RunPointer alone = store.named("exact");
  store.openNow({folder.path()});
  EXPECT_EQ(changes.count(), 0);
  EXPECT_EQ(run("dense-0"), before);
  EXPECT_EQ(store.named("exact"), alone);
}

TEST_F(MadeRuns, APointOutsideTheFolderOfItsSweepIsNotFollowed) {
  folder.sweep().points[0].report = "../alone/exact/report.json";
  folder.writeSweep();
  store.openNow({folder.path()});
  const RunPointer refused = store.find(folder.path() + "/sweep/sweep.json");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, EntryStatus::unreadable);
  EXPECT_TRUE(refused->reason.contains("report")) << refused->reason.toStdString();
}

TEST_F(MadeRuns, WhatAPointIsStillWritingIsNoRunOfItsOwn) {
  folder.writeRun("sweep/work/p32b0", madeRun("int4-bsr", 32, 0.8));
  store.openNow({folder.path()});
  EXPECT_EQ(store.runs().size(), 18U);
}

TEST_F(MadeRuns, AHalfWrittenSweepIsAMessageAndItsPointsAreStillRuns) {
  folder.write("sweep/sweep.json", "{\"points\": [");
  store.openNow({folder.path()});
  const RunPointer broken = store.find(folder.path() + "/sweep/sweep.json");
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->status, EntryStatus::unreadable);
  EXPECT_TRUE(store.named("dense-0"));
}

TEST_F(MadeRuns, ReadsOnItsThreadAndLooksAgainByItself) {
  QSignalSpy changes(&store, &RunStore::changed);
  store.open({folder.path()});
  EXPECT_TRUE(store.isLoading());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !store.isLoading(); }));
  store.setInterval(30);
  folder.writeRun("half", madeRun("int8", 16, 0.8));
  const QString file = folder.path() + "/half/report.json";
  EXPECT_TRUE(QTest::qWaitFor([&] { return store.find(file)->isReadable(); }));
  EXPECT_EQ(changes.count(), 1);
}

TEST_F(MadeRuns, AFinishedPointAppearsWithoutATimer) {
  folder.sweep().points[7].status = PointStatus::running;
  folder.writeSweep();
  EXPECT_TRUE(QTest::qWaitFor([&] { return run("p32b0")->status == EntryStatus::running; }));
}

TEST_F(MadeRuns, AFolderThatComesLaterIsShownWhenItIsThere) {
  store.setInterval(30);
  store.add({folder.path() + "/later"});
  ASSERT_TRUE(QTest::qWaitFor([&] { return !store.isLoading(); }));
  EXPECT_EQ(store.runs().size(), 18U);
  MadeFolder other;
  store.add({other.path()});
  EXPECT_TRUE(QTest::qWaitFor([&] { return store.runs().size() == 36U; }));
}

// What a crash, a full disk or another program may leave. Each gives a row with a message, and the
// dashboard goes on.
struct HostileText {
  std::string name, text;
};

// Names the file at the end of a test's name.
void PrintTo(const HostileText& file, std::ostream* out) {
  *out << file.name;
}

class HostileFile : public testing::TestWithParam<HostileText> {};

TEST_P(HostileFile, IsAMessageInPlace) {
  for (const char* name : {"run/report.json", "swept/sweep.json"}) {
    MadeFolder folder;
    folder.write(name, GetParam().text);
    RunStore store;
    store.openNow({folder.path()});
    const RunPointer entry = store.find(folder.path() + "/" + name);
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(entry->status, EntryStatus::unreadable);
    EXPECT_FALSE(entry->reason.isEmpty());
    EXPECT_FALSE(entry->reason.contains('\n'));
    EXPECT_TRUE(store.named("dense-0"));
  }
}

std::string truncatedRun() {
  const std::string text = reports::write_run_document(madeRun("int4", 16, 0.8));
  return text.substr(0, text.size() / 2);
}

std::string replacedInRun(const std::string& what, const std::string& with) {
  std::string text = reports::write_run_document(madeRun("int4", 16, 0.8));
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), with);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileFile,
    testing::Values(
        HostileText{"Empty", std::string()}, HostileText{"HalfWritten", truncatedRun()},
        HostileText{"ZeroBytes", std::string(4096, '\0')},
        HostileText{"NotUtf8", std::string("{\"schema\": \"\xff\xfe\"}")},
        HostileText{"DeeplyNested", std::string(200000, '[')},
        HostileText{"OfAnotherProgram", std::string("{\"version\": 3, \"points\": []}")},
        HostileText{"AnArray", std::string("[1, 2, 3]")},
        HostileText{"WithATextForANumber",
                    replacedInRun("\"saved_bytes\": ", "\"saved_bytes\": \"many\", \"x\": ")},
        HostileText{"WithANumberOutOfRange",
                    replacedInRun("\"batch\": ", "\"batch\": 1e400, \"x\": ")},
        HostileText{"WithoutASchema", replacedInRun("\"schema\"", "\"scheme\"")}),
    [](const auto& file) { return file.param.name; });

TEST_F(MadeRuns, ALinkThatLeadsBackIsFollowedOnce) {
  ASSERT_TRUE(QFile::link(folder.path(), folder.path() + "/alone/back"));
  store.openNow({folder.path()});
  EXPECT_EQ(store.runs().size(), 18U);
}

TEST(RunStoreTest, ManyFilesAreReadOnEveryCoreEachOnce) {
  std::vector<std::atomic<int>> times(1000);
  std::size_t last = 0;
  EXPECT_TRUE(readInParallel(
      times.size(), [&](std::size_t i) { ++times[i]; },
      [&](std::size_t done) {
        EXPECT_GT(done, last);
        last = done;
        return true;
      }));
  for (const auto& one : times) EXPECT_EQ(one, 1);
  EXPECT_TRUE(readInParallel(
      0, [](std::size_t) { FAIL(); }, [](std::size_t) { return true; }));
}

TEST(RunStoreTest, AStopLeavesTheRest) {
  std::atomic<int> begun{0};
  const auto work = [&](std::size_t) {
    ++begun;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  };
  EXPECT_FALSE(readInParallel(100'000, work, [](std::size_t) { return false; }));
  EXPECT_GT(begun, 0);
  EXPECT_LT(begun, 100'000);
  MadeFolder folder;
  RunReader reader;
  const RunList runs = reader.read({folder.path()}, [](int, int) { return false; });
  EXPECT_GE(runs.size(), 16U);  // the points of the sweep, for that is what the sweep says
  for (const RunPointer& run : runs) {
    EXPECT_TRUE(run->record || !run->reason.isEmpty() || run->status == EntryStatus::pending)
        << run->name.toStdString();
  }
  EXPECT_EQ(reader.read({folder.path()}).size(), 18U);
}

TEST(RunStoreTest, CancelsAndSurvivesItsEndWhileReading) {
  const MadeFolder folder;
  RunStore store;
  store.open({folder.path()});
  store.cancel();
  EXPECT_TRUE(QTest::qWaitFor([&] { return !store.isLoading(); }));
  store.open({"/nowhere/at/all"});
  EXPECT_TRUE(QTest::qWaitFor([&] { return !store.isLoading(); }));
  EXPECT_TRUE(store.runs().empty());
  auto* second = new RunStore;
  second->open({folder.path()});
  delete second;
}

TEST(RunStoreTest, ALargeSweepDoesNotHoldTheWindow) {
  // A third of the promised 10,000, so that the test stays short; the cost is linear.
  MadeFolder folder;
  const SweepPointRecord first = folder.sweep().points[2];
  for (int i = 0; i < 3000; ++i) {
    SweepPointRecord point = first;
    point.id = "many" + std::to_string(i);
    point.report.clear();
    folder.sweep().points.push_back(point);
  }
  folder.writeSweep();
  RunStore store;
  QElapsedTimer asked;
  asked.start();
  store.open({folder.path()});
  EXPECT_LT(asked.elapsed(), 100);
  EXPECT_TRUE(QTest::qWaitFor([&] { return store.runs().size() == 3018U; }, 30000));
}

}  // namespace
}  // namespace actscope::gui
