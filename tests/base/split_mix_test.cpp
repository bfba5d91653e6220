// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/split_mix.hpp"

#include <gtest/gtest.h>

#include <set>

namespace actscope {
namespace {

// First values of the generator as its authors publish it (xoshiro.di.unimi.it/splitmix64.c).
TEST(SplitMix64, GivesThePublishedNumbers) {
  SplitMix64 zero(0);
  EXPECT_EQ(zero.next(), 0xe220a8397b1dcdafU);
  EXPECT_EQ(zero.next(), 0x6e789e6aa1b965f4U);
  SplitMix64 other(1234567);
  EXPECT_EQ(other.next(), 6457827717110365317U);
  EXPECT_EQ(other.next(), 3203168211198807973U);
}

TEST(SplitMix64, StreamsDependOnSeedEpochAndSample) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
      for (std::uint64_t sample = 0; sample < 4; ++sample) {
        firsts.insert(SplitMix64(seed, epoch, sample).next());
      }
    }
  }
  EXPECT_EQ(firsts.size(), 64U);
}

TEST(SplitMix64, StaysBelowItsBound) {
  SplitMix64 random(3);
  EXPECT_EQ(random.below(1), 0U);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LT(random.below(7), 7U);
    const double uniform = random.uniform();
    EXPECT_GE(uniform, 0);
    EXPECT_LT(uniform, 1);
  }
}

}  // namespace
}  // namespace actscope
