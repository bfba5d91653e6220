// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(EditDistance, CountsSingleLetterChanges) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("--sparsty", "--sparsity"), 1U);
}

}  // namespace
}  // namespace actscope
