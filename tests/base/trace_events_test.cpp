// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/trace_events.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(TraceEvents, HaveTheNamesOfTraces) {
  EXPECT_STREQ(name_of(Phase::forward), "forward");
  EXPECT_STREQ(name_of(Phase::backward), "backward");
  EXPECT_STREQ(name_of(Phase::optimizer), "optimizer");
  EXPECT_STREQ(name_of(Phase::other), "other");
  EXPECT_STREQ(name_of(ScopeKind::step), "step");
  EXPECT_STREQ(name_of(ScopeKind::phase), "phase");
  EXPECT_STREQ(name_of(ScopeKind::layer), "layer");
  EXPECT_STREQ(name_of(ScopeKind::op), "operator");
  EXPECT_STREQ(name_of(MemoryLife::whole), "whole");
  EXPECT_STREQ(name_of(MemoryLife::logical), "logical");
  EXPECT_STREQ(name_of(MemoryLife::physical), "physical");
  EXPECT_STREQ(name_of(CounterUnit::bytes), "bytes");
  EXPECT_STREQ(name_of(CounterUnit::events), "events");
  EXPECT_STREQ(name_of(KernelKind::kernel), "kernel");
  EXPECT_STREQ(name_of(KernelKind::copy), "copy");
  EXPECT_STREQ(name_of(KernelKind::set), "set");
}

TEST(TraceEvents, PhasesAreFoundByTheirNames) {
  for (const Phase phase : {Phase::other, Phase::forward, Phase::backward, Phase::optimizer}) {
    EXPECT_EQ(phase_named(name_of(phase)), phase);
  }
  EXPECT_EQ(phase_named("forwards"), Phase::other);
  EXPECT_EQ(phase_named(""), Phase::other);
}

TEST(TraceBatch, IsEmptyUntilAnythingIsInIt) {
  EXPECT_TRUE(TraceBatch().is_empty());
  TraceBatch batch;
  batch.new_names.emplace_back();
  EXPECT_FALSE(batch.is_empty());
  batch = {};
  batch.counters.emplace_back();
  EXPECT_FALSE(batch.is_empty());
  batch = {};
  batch.graphs.emplace_back();
  EXPECT_FALSE(batch.is_empty());
}

}  // namespace
}  // namespace actscope
