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
  EXPECT_GE(resolved({}).threads.front(), 1);
  EXPECT_EQ(changed([](auto& s) {
              s.threads = {3, 1};
            }).threads,
            (std::vector<std::int64_t>{3, 1}));
}

TEST(Settings, WhatIsOutOfRangeIsRefused) {
  EXPECT_THROW(changed([](auto& s) { s.rounds = 5; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.tokens = 0; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.threads = {1, -1}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.train_steps = -1; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.seed = -1; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.dtypes = {"fp8"}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.backends = {"tpu"}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.backends.clear(); }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.dtypes = {"bf16", "bf16"}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.select = "random"; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.shapes = {"fc3"}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.shapes.clear(); }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.sparsities = {1}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.sparsities = {0.5, 0.5}; }), ConfigError);
  EXPECT_THROW(changed([](auto& s) { s.blocks = {{4096, 4}}; }), UnsupportedBlockSize);
}

TEST(Settings, CudaNeedsABuildThatHasIt) {
  if (kernels::is_built(kernels::Backend::cuda)) {
    EXPECT_ANY_THROW(changed([](auto& s) { s.backends = {"cuda"}; }));
  } else {
    EXPECT_THROW(changed([](auto& s) { s.backends = {"cuda"}; }), BackendNotBuilt);
  }
}

TEST(Settings, Tf32IsOfCudaAlone) {
  EXPECT_THROW(changed([](auto& s) { s.dtypes = {"tf32"}; }), ConfigError);
  try {
    changed([](auto& s) {
      s.backends = {"cpu", "cuda"};
      s.dtypes = {"tf32"};
    });
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--backend cpu takes none of --dtype tf32"));
  }
}

TEST(Difference, NamesTheFirstThatDiffers) {
  KernelsBenchRecord record;
  record.environment.cpu = "a processor";
  EXPECT_EQ(difference_to(record, record.settings, record.environment), "");
  KernelsSettings other = record.settings;
  other.tokens = 196;
  EXPECT_EQ(difference_to(record, other, record.environment), "tokens 3136, now 196");
  other = record.settings;
  other.backends = {"cpu", "cuda"};
  EXPECT_EQ(difference_to(record, other, record.environment), "backend cpu, now cpu,cuda");
  other = record.settings;
  other.threads = {1, 2};
  EXPECT_EQ(difference_to(record, other, record.environment), "threads 0, now 1,2");
  other = record.settings;
  other.blocks.pop_back();
  EXPECT_THAT(difference_to(record, other, record.environment), testing::HasSubstr("blocks"));
  EnvironmentRecord elsewhere = record.environment;
  elsewhere.cpu = "another";
  EXPECT_EQ(difference_to(record, record.settings, elsewhere),
            "processor a processor, now another");
  elsewhere = record.environment;
  elsewhere.gpu = "a GPU";
  EXPECT_EQ(difference_to(record, record.settings, elsewhere), "GPU , now a GPU");
}

}  // namespace
}  // namespace actscope::bench
