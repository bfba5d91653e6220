// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/output_target.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class OutputTargetTest : public testing::Test {
 protected:
  OutputTargetTest() {
    std::string name = (fs::temp_directory_path() / "actscope-target-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~OutputTargetTest() override { fs::remove_all(folder_); }

  static void expect_refused(const fs::path& path, const char* why) {
    EXPECT_THAT([&] { (void)output_target(path); },
                ThrowsMessage<EnvironmentError>(HasSubstr(why)));
  }

  fs::path folder_;
};

TEST_F(OutputTargetTest, AFileOrNoneYetIsReplaced) {
  std::ofstream(folder_ / "there") << "x";
  for (const char* name : {"there", "new", "no_folder/new"}) {
    const OutputTarget target = output_target(folder_ / name);
    EXPECT_EQ(target.path, folder_ / name);
    EXPECT_TRUE(target.is_replaced);
    EXPECT_EQ(target.descriptor, -1);
    EXPECT_EQ(fs::exists(folder_ / name), std::string_view(name) == "there") << "nothing is made";
  }
}

TEST_F(OutputTargetTest, IsBehindAllLinks) {
  fs::create_directory(folder_ / "deep");
  fs::create_symlink("deep/second", folder_ / "first");
  fs::create_symlink("../file", folder_ / "deep/second");
  const OutputTarget target = output_target(folder_ / "first");
  EXPECT_EQ(target.path.lexically_normal(), folder_ / "file");
  EXPECT_TRUE(target.is_replaced);
}

TEST_F(OutputTargetTest, WhatIsNoRegularFileIsWrittenThrough) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(output_target(folder_ / "pipe").is_replaced);
  EXPECT_FALSE(output_target("/dev/null").is_replaced);
}

TEST_F(OutputTargetTest, OfAnOpenFileIsItsDescriptor) {
  const int file = ::open((folder_ / "open").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(file, 0);
  const std::string name = "/proc/self/fd/" + std::to_string(file);
  EXPECT_EQ(output_target(name).descriptor, file);
  EXPECT_FALSE(output_target(name).is_replaced);
  ::close(file);
  expect_refused(name, "no such file is open");
  const int read_only = ::open((folder_ / "open").c_str(), O_RDONLY);
  expect_refused("/proc/self/fd/" + std::to_string(read_only), "it is open to read");
  ::close(read_only);
}

TEST_F(OutputTargetTest, RefusesFoldersAndCircles) {
  expect_refused(folder_, "it is a folder");
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  expect_refused(folder_ / "a", "its links go in circles");
}

}  // namespace
}  // namespace actscope
