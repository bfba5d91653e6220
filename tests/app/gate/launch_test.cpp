// SPDX-License-Identifier: Apache-2.0
#include "gate/launch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "actscope/base/file.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

class Launch : public ::testing::Test {
 protected:
  LaunchRequest request(const std::string& command, double limit_s = 0) {
    return {command, folder_.path(),      folder_.path() / "out.txt", folder_.path() / "err.txt",
            limit_s, [] { return false; }};
  }
  std::string text(const char* name) { return read_file(folder_.path() / name); }

  ScratchFolder folder_;
};

TEST_F(Launch, KeepsBothOutputsAndTheExitCode) {
  const LaunchEnd end = launch(request("echo one; echo two >&2; exit 7"));
  EXPECT_EQ(end.outcome, LaunchOutcome::exited);
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(text("out.txt"), "one\n");
  EXPECT_EQ(text("err.txt"), "two\n");
  EXPECT_GE(end.wall_s, 0);
  EXPECT_GT(end.peak_rss_bytes, 0);
}

TEST_F(Launch, GivesTheOutFolderTwoWays) {
  (void)launch(request("echo \"$ACTSCOPE_OUT\"; echo {out}"));
  const std::string folder = folder_.path().string();
  EXPECT_EQ(text("out.txt"), folder + "\n" + folder + "\n");
}

TEST_F(Launch, AQuotedFolderStaysOneWord) {
  EXPECT_EQ(with_out_folder("a {out} {out}/b", "/x y"), "a '/x y' '/x y'/b");
  EXPECT_EQ(with_out_folder("{out}", "it's"), "'it'\\''s'");
  EXPECT_EQ(with_out_folder("none {ou}", "/x"), "none {ou}");
}

TEST_F(Launch, WhatDoesNotStartSaysSo) {
  EXPECT_EQ(launch(request("no-such-program-at-all")).exit_code, 127);
}

TEST_F(Launch, TellsTheSignalThatEndedIt) {
  const LaunchEnd end = launch(request("kill -SEGV $$"));
  EXPECT_EQ(end.outcome, LaunchOutcome::signaled);
  EXPECT_EQ(end.signal, SIGSEGV);
}

// What the shell started dies too: a second process would disturb every later launch.
TEST_F(Launch, KillsTheWholeGroupAtTheLimit) {
  const LaunchEnd end = launch(request("sleep 600 & echo $!; wait", 0.3));
  EXPECT_EQ(end.outcome, LaunchOutcome::timed_out);
  const pid_t child = std::stoi(text("out.txt"));
  for (int i = 0; i < 1000 && ::kill(child, 0) == 0; ++i) ::usleep(1000);
  EXPECT_TRUE(::kill(child, 0) != 0 ||
              read_file("/proc/" + std::to_string(child) + "/stat").find(") Z") !=
                  std::string::npos);
}

TEST_F(Launch, LeavesNothingRunning) {
  (void)launch(request("sleep 600 & echo $!"));
  const pid_t child = std::stoi(text("out.txt"));
  for (int i = 0; i < 1000 && ::kill(child, 0) == 0; ++i) ::usleep(1000);
  EXPECT_TRUE(::kill(child, 0) != 0 ||
              read_file("/proc/" + std::to_string(child) + "/stat").find(") Z") !=
                  std::string::npos);
}

TEST_F(Launch, StopsWhereItIsAsked) {
  LaunchRequest asked = request("sleep 600");
  asked.is_stop_requested = [] { return true; };
  EXPECT_EQ(launch(asked).outcome, LaunchOutcome::stopped);
}

// Where the system counts instructions, more work has more of them; elsewhere there is no number.
TEST_F(Launch, CountsInstructionsOrSaysNothing) {
  const char* loop = "i=0; while [ $i -lt %d ]; do i=$((i+1)); done";
  char few[128], many[128];
  std::snprintf(few, sizeof few, loop, 10);
  std::snprintf(many, sizeof many, loop, 20000);
  const auto first = launch(request(few)).instructions, second = launch(request(many)).instructions;
  EXPECT_EQ(first.has_value(), second.has_value());
  if (first && second) {
    EXPECT_GT(*second, *first + 20000);
  }
}

}  // namespace
}  // namespace actscope::app
