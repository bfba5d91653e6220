// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/bench/kernels_suite.hpp"
#include "actscope/kernels/backend.hpp"

namespace actscope::bench {
namespace {

template <class Change>
KernelsSettings changed(const Change& change) {
  KernelsSettings settings;
  change(settings);
  return resolved(settings);
}

TEST(Settings, ThreadsAreOneACoreByDefault) {
  EXPECT_GE(resolved({}).threads, 1);
  EXPECT_EQ(changed([](auto& s) { s.threads = 3; }).threads, 3);
  EXPECT_EQ(changed([](auto& s) { s.dtype = "bf16"; }).dtype, "bf16");
}

TEST(Settings, WhatIsOutOfRangeIsRefused) {
  EXPECT_THROW(changed([](auto& s) { s.rounds = 5; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.tokens = 0; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.threads = -1; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.train_steps = -1; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.seed = -1; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.dtype = "fp8"; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.backend = "tpu"; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.shapes = {"fc3"}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.shapes.clear(); }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.sparsities = {1}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.sparsities = {0.5, 0.5}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.blocks = {{4096, 4}}; }), UnsupportedBlockSize);
}

TEST(Settings, CudaNeedsABuildThatHasIt) {
  if (kernels::is_built(kernels::Backend::cuda)) {
    EXPECT_ANY_THROW(changed([](auto& s) { s.backend = "cuda"; }));
  } else {
    EXPECT_THROW(changed([](auto& s) { s.backend = "cuda"; }), BackendNotBuilt);
  }
}

TEST(Difference, NamesTheFirstThatDiffers) {
  KernelsRecord record;
  record.environment.cpu = "a processor";
  EXPECT_EQ(difference_to(record, record.settings, record.environment), "");
  KernelsSettings other = record.settings;
  other.tokens = 196;
  EXPECT_EQ(difference_to(record, other, record.environment), "tokens 3136, now 196");
  other = record.settings;
  other.blocks.pop_back();
  EXPECT_THAT(difference_to(record, other, record.environment), testing::HasSubstr("blocks"));
  EnvironmentRecord elsewhere = record.environment;
  elsewhere.cpu = "another";
  EXPECT_EQ(difference_to(record, record.settings, elsewhere),
            "processor a processor, now another");
}

}  // namespace
}  // namespace actscope::bench
