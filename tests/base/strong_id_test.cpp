// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/strong_id.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace actscope {
namespace {

static_assert(!std::is_convertible_v<LayerId, StepId>);
static_assert(!std::is_convertible_v<std::int64_t, LayerId>);
static_assert(!std::is_convertible_v<LayerId, std::int64_t>);

TEST(StrongId, IsInvalidUntilSet) {
  EXPECT_FALSE(LayerId().is_valid());
  EXPECT_FALSE(LayerId(-1).is_valid());
  EXPECT_TRUE(LayerId(0).is_valid());
}

TEST(StrongId, ComparesAndHashesAsItsValue) {
  EXPECT_EQ(LayerId(3), LayerId(3));
  EXPECT_LT(LayerId(3), LayerId(4));
  const std::unordered_set<LayerId> ids{LayerId(1), LayerId(2), LayerId(1)};
  EXPECT_EQ(ids.size(), 2U);
}

}  // namespace
}  // namespace actscope
