// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/build_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(BuildFacts, AreFilledIn) {
  const BuildFacts& facts = build_facts();
  EXPECT_THAT(facts.version, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_FALSE(facts.git_revision.empty());
  EXPECT_FALSE(facts.compiler.empty());
  EXPECT_FALSE(facts.build_type.empty());
  EXPECT_THAT(facts.features, testing::Contains("cpu"));
}

TEST(BuildFacts, LibTorchHasAVersionWhereItIsAFeature) {
  const bool has_torch = testing::Value(build_facts().features, testing::Contains("torch"));
  EXPECT_EQ(has_torch, !build_facts().libtorch_version.empty());
}

}  // namespace
}  // namespace actscope
