// SPDX-License-Identifier: Apache-2.0
#include "trace/disk_reserve.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace actscope::reports {
namespace {

class DiskReserveTest : public testing::Test {
 protected:
  DiskReserveTest() {
    std::string name = (std::filesystem::temp_directory_path() / "actscope-room-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~DiskReserveTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(DiskReserveTest, HoldsRoomWithoutAName) {
  DiskReserve reserve(folder_, 1 << 16);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  reserve.release();
  EXPECT_FALSE(reserve.is_held());
  reserve.release();
}

TEST_F(DiskReserveTest, HoldsNothingWhereThereIsNoRoomOrNoFolder) {
  EXPECT_FALSE(DiskReserve(folder_, std::int64_t{1} << 60).is_held());
  EXPECT_FALSE(DiskReserve(folder_ / "none", 1).is_held());
}

}  // namespace
}  // namespace actscope::reports
