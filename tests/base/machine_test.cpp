// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/machine.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "actscope/base/build_facts.hpp"

namespace actscope {
namespace {

TEST(Machine, IsDescribedWithTheBuild) {
  const EnvironmentRecord record = describe_machine();
  EXPECT_EQ(record.program_version, build_facts().version);
  EXPECT_EQ(record.libtorch_version, build_facts().libtorch_version);
  EXPECT_EQ(record.pid, getpid());
  EXPECT_GT(record.cores, 0);
  EXPECT_GT(record.memory_bytes, 0);
  EXPECT_FALSE(record.cpu.empty());
  EXPECT_THAT(record.started_at, testing::MatchesRegex("....-..-..T..:..:..Z"));
}

TEST(Machine, LeavesOutWhatOnlyLibrariesKnow) {
  const EnvironmentRecord record = describe_machine();
  EXPECT_EQ(record.gpu, "");
  EXPECT_EQ(record.kernel_backend, "");
  EXPECT_EQ(record.threads, 0);
}

}  // namespace
}  // namespace actscope
