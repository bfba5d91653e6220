// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/sweep_record.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

TEST(SweepPoints, HaveNamesOfStatusAndRole) {
  EXPECT_STREQ(name_of(PointStatus::pending), "pending");
  EXPECT_STREQ(name_of(PointStatus::running), "running");
  EXPECT_STREQ(name_of(PointStatus::done), "done");
  EXPECT_STREQ(name_of(PointStatus::failed), "failed");
  EXPECT_STREQ(name_of(PointStatus::skipped), "skipped");
  EXPECT_THROW((void)name_of(static_cast<PointStatus>(5)), Error);
  EXPECT_STREQ(name_of(PointRole::grid), "grid");
  EXPECT_STREQ(name_of(PointRole::baseline), "baseline");
}

}  // namespace
}  // namespace actscope
