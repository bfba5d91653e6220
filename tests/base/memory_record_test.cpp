// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/memory_record.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(MemoryCategories, HaveTheNamesOfTheDocuments) {
  EXPECT_STREQ(name_of(MemoryCategory::parameter), "parameter");
  EXPECT_STREQ(name_of(MemoryCategory::gradient), "gradient");
  EXPECT_STREQ(name_of(MemoryCategory::optimizer_state), "optimizer_state");
  EXPECT_STREQ(name_of(MemoryCategory::saved_activation), "saved_activation");
  EXPECT_STREQ(name_of(MemoryCategory::output), "output");
  EXPECT_STREQ(name_of(MemoryCategory::workspace), "workspace");
  EXPECT_STREQ(name_of(MemoryCategory::other), "other");
  EXPECT_EQ(static_cast<std::size_t>(MemoryCategory::other) + 1, memory_category_count);
}

}  // namespace
}  // namespace actscope
