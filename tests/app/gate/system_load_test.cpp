// SPDX-License-Identifier: Apache-2.0
#include "gate/system_load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(SystemLoad, IsTheDifferenceOfTwoReadings) {
  const ScratchFolder root;
  const long tick = ::sysconf(_SC_CLK_TCK);
  const auto stat = [&](long user, long idle, long steal) {
    write(root.path() / "proc/stat", "cpu  " + std::to_string(user * tick) + " 0 0 " +
                                         std::to_string(idle * tick) + " 0 0 0 " +
                                         std::to_string(steal * tick) + " 0 0\ncpu0 1 1\n");
  };
  stat(100, 50, 0);
  write(root.path() / "proc/pressure/cpu",
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
  for (const char* core : {"cpu0", "cpu1"}) {
    write(root.path() / "sys/devices/system/cpu" / core / "cpufreq/scaling_cur_freq", "2000000\n");
  }
  const SystemCounts before = read_system_counts(root.path());
  EXPECT_EQ(before.frequency_hz, 2e9);
  stat(112, 56, 2);  // 20 s of cores' time: 12 busy, 2 stolen
  write(root.path() / "proc/pressure/cpu",
        "some avg10=9.00 avg60=0.00 avg300=0.00 total=3500000\n");
  const reports::RoundLoad load = load_between(before, read_system_counts(root.path()), 10, 7);
  EXPECT_NEAR(*load.steal_ratio, 0.1, 1e-12);
  EXPECT_NEAR(*load.foreign_ratio, 0.25, 1e-12);  // 12 - 7 of ours
  EXPECT_NEAR(*load.waiting_ratio, 0.25, 1e-12);
  EXPECT_EQ(load.elapsed_s, 10);
}

TEST(SystemLoad, WhatTheSystemDoesNotSayIsAbsent) {
  const ScratchFolder root;
  const SystemCounts nothing = read_system_counts(root.path());
  const reports::RoundLoad load = load_between(nothing, nothing, 1, 0);
  EXPECT_FALSE(load.steal_ratio || load.foreign_ratio || load.waiting_ratio || load.frequency_hz);
  write(root.path() / "proc/stat", "cpu  1 2\n");
  EXPECT_FALSE(read_system_counts(root.path()).all_s);
}

TEST(SystemLoad, OfThisSystemCanBeRead) {
  const SystemCounts counts = read_system_counts();
  ASSERT_TRUE(counts.all_s);
  EXPECT_GE(*counts.all_s, *counts.busy_s);
}

}  // namespace
}  // namespace actscope::app
