// SPDX-License-Identifier: Apache-2.0
#include "saving/chunk_units.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

TEST(GranuleOf, IsTheLeastThatAllDivide) {
  EXPECT_EQ(granule_of({}), 1);
  EXPECT_EQ(granule_of({4, 6}), 12);
  EXPECT_EQ(granule_of({0, 8}), 8) << "none is one";
}

TEST(ChunkUnits, FillTheWorkspaceInWholeGranules) {
  EXPECT_EQ(chunk_units(1000, 4096, 64, {1}), 64);
  EXPECT_EQ(chunk_units(1000, 4096, 64, {24}), 48);
  EXPECT_EQ(chunk_units(1000, 4096, 64, {16, 24}), 48);
}

TEST(ChunkUnits, AreAGranuleAtLeastAndAllAtMost) {
  EXPECT_EQ(chunk_units(1000, 1, 64, {24}), 24);
  EXPECT_EQ(chunk_units(10, 4096, 64, {24}), 10);
  EXPECT_EQ(chunk_units(10, 4096, 0, {1}), 10);
  EXPECT_EQ(chunk_units(0, 4096, 64, {24}), 1);
}

}  // namespace
}  // namespace actscope::core
