// SPDX-License-Identifier: Apache-2.0
// How many cores count: quotas of control groups, read below a folder that stands for the root.
#include "actscope/base/usable_cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace actscope {
namespace {

namespace fs = std::filesystem;

class UsableCoresTest : public testing::Test {
 protected:
  UsableCoresTest()
      : root_(fs::path(testing::TempDir()) / ("actscope_cores_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~UsableCoresTest() override { fs::remove_all(root_); }

  void put(const fs::path& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  // A hierarchy of version 2, whose part at `seen` is mounted.
  void unified(const std::string& group, const std::string& seen = "/") const {
    put("proc/self/cgroup", "0::" + group + "\n");
    put("proc/self/mountinfo",
        "24 1 0:22 / /proc rw,nosuid - proc proc rw\n"
        "30 24 0:26 " +
            seen + " /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  UsableCores cores() const { return usable_cores(root_); }

  fs::path root_;
};

const std::int64_t all = usable_cores("/nonexistent").by_affinity;

TEST_F(UsableCoresTest, WithoutProcThereIsNoQuota) {
  EXPECT_EQ(cores().count, all);
  EXPECT_FALSE(cores().by_quota.has_value());
  EXPECT_EQ(describe(cores()).find('['), std::string::npos);
}

TEST_F(UsableCoresTest, AffinityCounts) {
  std::int64_t count = 0;
  std::thread([&] {
    cpu_set_t allowed, one;
    CPU_ZERO(&one);
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    CPU_SET(first, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    count = usable_cores("/nonexistent").count;
  }).join();
  EXPECT_EQ(count, 1);
}

TEST_F(UsableCoresTest, AQuotaOfVersionTwoIsRoundedDownToOneAtLeast) {
  unified("/a.slice/b.scope");
  put("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n");
  EXPECT_EQ(cores().count, all);
  EXPECT_FALSE(cores().by_quota.has_value());
  put("sys/fs/cgroup/a.slice/b.scope/cpu.max", "150000 100000\n");
  EXPECT_EQ(cores().count, 1);
  EXPECT_DOUBLE_EQ(cores().by_quota.value(), 1.5);
  put("sys/fs/cgroup/a.slice/b.scope/cpu.max", "20000 100000\n");
  EXPECT_EQ(cores().count, 1);
  put("sys/fs/cgroup/a.slice/b.scope/cpu.max", "200000 100000\n");
  EXPECT_EQ(cores().count, std::min<std::int64_t>(2, all));
  put("sys/fs/cgroup/a.slice/b.scope/cpu.max", "999999900000 100000\n");
  EXPECT_EQ(cores().count, all);
}

TEST_F(UsableCoresTest, GroupsAboveLimitToo) {
  unified("/a/b/c");
  put("sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/a/cpu.max", "50000 50000\n");
  EXPECT_EQ(cores().count, 1);
  EXPECT_EQ(cores().quota_file, root_ / "sys/fs/cgroup/a/cpu.max");
  EXPECT_NE(describe(cores()).find("CPU quota of 1 in"), std::string::npos);
}

TEST_F(UsableCoresTest, WhatIsMountedMayBeginAtTheGroupItself) {
  unified("/docker/0123", "/docker/0123");
  put("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_DOUBLE_EQ(cores().by_quota.value(), 1);
  unified("/docker/0123/inner", "/docker/0123");
  put("sys/fs/cgroup/inner/cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(cores().by_quota.value(), .5);
  unified("/../elsewhere");  // a namespace that the process has left
  EXPECT_DOUBLE_EQ(cores().by_quota.value(), 1);
}

TEST_F(UsableCoresTest, AQuotaOfVersionOne) {
  put("proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/user/job\n3:cpuset:/\n0::/user\n");
  put("proc/self/mountinfo",
      "31 24 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
      "32 24 0:28 / /sys/fs/cgroup/cpu\\040time rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n");
  const std::string folder = "sys/fs/cgroup/cpu time/user/job/";
  put(folder + "cpu.cfs_quota_us", "-1\n");
  put(folder + "cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(cores().by_quota.has_value());
  put(folder + "cpu.cfs_quota_us", "130000\n");
  EXPECT_DOUBLE_EQ(cores().by_quota.value(), 1.3);
  EXPECT_EQ(cores().count, 1);
}

TEST_F(UsableCoresTest, DamageSetsNoLimit) {
  unified("/a");
  for (const char* text : {"", "nonsense", "-5 100000", "100000", "1e400 1", "100000 0", "nan 1"}) {
    put("sys/fs/cgroup/a/cpu.max", text);
    EXPECT_FALSE(cores().by_quota.has_value()) << text;
  }
  put("proc/self/mountinfo", "no separator\n - \n");
  EXPECT_EQ(cores().count, all);
}

}  // namespace
}  // namespace actscope
