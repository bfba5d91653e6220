// SPDX-License-Identifier: Apache-2.0
// What a sweep is made of: processes, the state of a point, its folder.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "scratch_folder.hpp"
#include "sweep/child_process.hpp"
#include "sweep/earlier_sweep.hpp"
#include "sweep/point_state.hpp"
#include "sweep/sweep_folder.hpp"

namespace actscope::sweep {
namespace {

namespace fs = std::filesystem;

class SweepParts : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_ / name; }
  app::ScratchFolder folder_;
};

ProcessEnd ended(ChildProcess& process) {
  while (true) {
    if (const auto end = process.poll()) return *end;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_F(SweepParts, AProcessTellsHowItEnded) {
  ChildProcess seven({"/bin/sh", "-c", "echo said; exit 7"}, path("log"), {});
  EXPECT_EQ(ended(seven).exit_code, 7);
  EXPECT_EQ(read_file(path("log")), "said\n");
  ChildProcess killed({"/bin/sh", "-c", "sleep 100"}, path("log"), {});
  killed.send(SIGKILL);
  EXPECT_EQ(ended(killed).signal, SIGKILL);
}

TEST_F(SweepParts, AProcessGetsItsEnvironment) {
  ChildProcess process({"/bin/sh", "-c", "echo $ACTSCOPE_A"}, path("log"), {{"ACTSCOPE_A", "b c"}});
  EXPECT_EQ(ended(process).exit_code, 0);
  EXPECT_EQ(read_file(path("log")), "b c\n");
}

TEST_F(SweepParts, AProgramThatIsNotThereEndsWith127) {
  ChildProcess process({path("none").string()}, path("log"), {});
  EXPECT_EQ(ended(process).exit_code, 127);
}

TEST(PointStates, SurviveWritingAndRefuseDamage) {
  PointState state;
  state.status = PointStatus::failed;
  state.reason = "a \"reason\"\n";
  state.signal = 9;
  state.exit_code = -1;
  state.elapsed_s = 1.5;
  state.tries = 3;
  state.program_version = "1";
  const auto read = read_point_state(write_point_state(state));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->reason, state.reason);
  EXPECT_EQ(read->signal, 9);
  EXPECT_EQ(write_point_state(*read), write_point_state(state));
  for (const char* text :
       {"", "{", "{}", "[]", "{\"version\": 2}", "{\"version\": 1, \"status\": 3}"}) {
    EXPECT_FALSE(read_point_state(text).has_value()) << text;
  }
}

TEST_F(SweepParts, APointEndsWhenItsFolderIsMoved) {
  const SweepFolder folder(path("sweep"));
  EXPECT_THROW((void)folder.read_spec(), DataError);
  folder.create({}, ExistingFolder::refuse_unless_empty);
  EXPECT_THROW(folder.create({}, ExistingFolder::refuse_unless_empty), EnvironmentError);
  SweepPointRecord point;
  point.id = "a";
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::pending);
  auto lease = Lease::try_take(folder.lease("a"), folder.observer());
  ASSERT_TRUE(lease);
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::running);
  PointState state;
  state.status = PointStatus::failed;
  state.reason = "why";
  folder.publish("a", state);
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::failed);
  EXPECT_EQ(point.reason, "why");
  EXPECT_TRUE(point.report.empty());
  folder.reopen("a");
  lease->give_back();
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::pending);
}

// A scheme that an earlier version trained and this one has no more.
TEST_F(SweepParts, APointThatEndedIsNotSkipped) {
  const SweepFolder folder(path("sweep"));
  folder.create({}, ExistingFolder::refuse_unless_empty);
  SweepPointRecord point;
  point.id = "a";
  point.status = PointStatus::skipped;
  point.reason = "no such store";
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::skipped);
  PointState state;
  state.status = PointStatus::failed;
  state.reason = "why";
  fs::create_directories(folder.work("a"));
  folder.publish("a", state);
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::failed);
  EXPECT_EQ(point.reason, "why");
}

TEST_F(SweepParts, ADonePointWithoutAReadableReportHasFailed) {
  const SweepFolder folder(path("sweep"));
  folder.create({}, ExistingFolder::refuse_unless_empty);
  SweepPointRecord point;
  point.id = "a";
  fs::create_directories(folder.work("a"));
  write_file_atomically(folder.work("a") / "report.json", "{\"schema\":");
  folder.publish("a", {});
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::failed);
  EXPECT_NE(point.reason.find("report.json"), std::string::npos);
}

TEST_F(SweepParts, StartingOverRemovesOurFilesOnly) {
  const SweepFolder folder(path("sweep"));
  folder.create({}, ExistingFolder::refuse_unless_empty);
  write_file_atomically(path("sweep") / "mine.txt", "x");
  write_file_atomically(folder.document(), "x");
  folder.create({}, ExistingFolder::start_over);
  EXPECT_TRUE(fs::exists(path("sweep") / "mine.txt"));
  EXPECT_FALSE(fs::exists(folder.document()));
}

constexpr const char* some_id = "0123456789ab";

// A sweep with a point that ended, one under way, and files of somebody else in every place.
class UsedSweep : public SweepParts {
 protected:
  UsedSweep() : folder_of_sweep_(path("sweep")) {
    folder_of_sweep_.create({}, ExistingFolder::refuse_unless_empty);
    fs::create_directories(folder_of_sweep_.work(some_id));
    write_manifest(folder_of_sweep_.work(some_id),
                   {"run", {"report.json", "checkpoint.safetensors"}});
    for (const char* name : {"report.json", "checkpoint.safetensors"}) {
      write_file_atomically(folder_of_sweep_.work(some_id) / name, "x");
    }
    fs::copy(folder_of_sweep_.work(some_id), folder_of_sweep_.point(some_id),
             fs::copy_options::recursive);
    for (const char* name : {"state.json", "log.txt"}) {
      write_file_atomically(folder_of_sweep_.point(some_id) / name, "x");
    }
    for (const fs::path& file : {folder_of_sweep_.document(), folder_of_sweep_.page(),
                                 folder_of_sweep_.log(some_id), folder_of_sweep_.config(some_id)}) {
      write_file_atomically(file, "x");
    }
  }
  void start_over() const { folder_of_sweep_.create({}, ExistingFolder::start_over); }
  std::ptrdiff_t files() const {
    return std::distance(fs::recursive_directory_iterator(path("sweep")), {});
  }

  SweepFolder folder_of_sweep_;
};

TEST_F(UsedSweep, IsStartedOverWithNothingLeft) {
  start_over();
  EXPECT_EQ(files(), 5);  // .actscope, sweep_spec.json and three empty folders
  EXPECT_FALSE(folder_of_sweep_.has_ended(some_id));
}

TEST_F(UsedSweep, KeepsWhatOthersHavePutThere) {
  const std::vector<fs::path> mine{
      path("sweep") / "mine", path("sweep") / "points" / "mine" / "deep",
      folder_of_sweep_.point(some_id) / "mine", path("sweep") / "work" / "mine.log",
      path("sweep") / "leases" / "mine"};
  for (const fs::path& file : mine) {
    fs::create_directories(file.parent_path());
    write_file_atomically(file, "x");
  }
  start_over();
  for (const fs::path& file : mine) EXPECT_TRUE(fs::exists(file)) << file;
  EXPECT_FALSE(fs::exists(folder_of_sweep_.point(some_id) / "report.json"));
  EXPECT_FALSE(folder_of_sweep_.has_ended(some_id));
}

TEST_F(UsedSweep, IsNotStartedOverWhileAPointIsUnderWay) {
  const std::ptrdiff_t before = files();
  for (const fs::path& file :
       {folder_of_sweep_.lease(some_id), folder_of_sweep_.work(some_id) / folder_lease_name}) {
    const auto lease = Lease::try_take(file, folder_of_sweep_.observer());
    EXPECT_THROW(start_over(), EnvironmentError) << file;
    EXPECT_EQ(files(), before + 1);
    EXPECT_TRUE(folder_of_sweep_.is_under_way(some_id));
  }
  EXPECT_FALSE(folder_of_sweep_.is_under_way(some_id));
  start_over();
}

TEST_F(UsedSweep, OfAVersionWithoutManifestsIsKnownByItsSpecification) {
  fs::remove(path("sweep") / ".actscope");
  write_file_atomically(path("sweep") / "mine", "x");
  EXPECT_THROW(start_over(), EnvironmentError);
  fs::remove(path("sweep") / "mine");
  start_over();
  EXPECT_EQ(files(), 5);
}

TEST_F(SweepParts, FoldersOfOthersAreNotStartedOver) {
  for (const char* name : {"points", "work", "leases", "sweep.json"}) {
    const fs::path folder = path(std::string("of ") + name);
    fs::create_directories(folder / name / "theirs");
    EXPECT_THROW(SweepFolder(folder).create({}, ExistingFolder::start_over), EnvironmentError)
        << name;
    EXPECT_TRUE(fs::exists(folder / name / "theirs"));
  }
  const fs::path run = path("run");
  fs::create_directories(run);
  write_manifest(run, {"run", {"report.json"}});
  EXPECT_THROW(SweepFolder(run).create({}, ExistingFolder::start_over), EnvironmentError);
}

}  // namespace
}  // namespace actscope::sweep
