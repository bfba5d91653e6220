// SPDX-License-Identifier: Apache-2.0
// What a sweep is made of: leases, processes, the state of a point, its folder.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "scratch_folder.hpp"
#include "sweep/child_process.hpp"
#include "sweep/lease.hpp"
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

TEST_F(SweepParts, ALeaseIsTakenOnce) {
  EXPECT_FALSE(Lease::is_held(path("a")));
  EXPECT_TRUE(Lease::try_take(path("a")));
  EXPECT_TRUE(Lease::is_held(path("a")));
  EXPECT_FALSE(Lease::try_take(path("a")));
  Lease::give_back(path("a"));
  EXPECT_TRUE(Lease::try_take(path("a")));
}

TEST_F(SweepParts, ALeaseOfADeadProcessIsTakenOver) {
  const pid_t child = ::fork();
  if (child == 0) {
    Lease::try_take(path("a"));
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(fs::exists(path("a")));
  EXPECT_FALSE(Lease::is_held(path("a")));
  EXPECT_TRUE(Lease::try_take(path("a")));
  EXPECT_FALSE(Lease::try_take(path("a")));
}

TEST_F(SweepParts, AProcessOfTheSameNumberIsNotTheHolder) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  write_file_atomically(path("a"),
                        std::string(host.data()) + " " + std::to_string(::getpid()) + " 1\n");
  EXPECT_FALSE(Lease::is_held(path("a")));
}

TEST_F(SweepParts, ALeaseOfAnotherHostLivesWhileItIsTouched) {
  write_file_atomically(path("a"), "elsewhere 1 1\n");
  EXPECT_TRUE(Lease::is_held(path("a")));
  fs::last_write_time(path("a"), fs::file_time_type::clock::now() - std::chrono::minutes(2));
  EXPECT_FALSE(Lease::is_held(path("a")));
  Lease::touch(path("a"));
  EXPECT_TRUE(Lease::is_held(path("a")));
}

TEST_F(SweepParts, AnUnwritableFolderIsAnError) {
  EXPECT_THROW((void)Lease::try_take(path("none") / "a"), EnvironmentError);
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
  ASSERT_TRUE(Lease::try_take(folder.lease("a")));
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
  Lease::give_back(folder.lease("a"));
  folder.refresh(point);
  EXPECT_EQ(point.status, PointStatus::pending);
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

}  // namespace
}  // namespace actscope::sweep
