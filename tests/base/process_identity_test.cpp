// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/process_identity.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace actscope {
namespace {

TEST(ProcessIdentityOf, AProcessKnowsItselfAndNothingOfOthers) {
  const ProcessIdentity self = this_process();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_EQ(state_of(self, self), ProcessState::alive);
  const auto changed = [&](auto change) {
    ProcessIdentity other = self;
    change(other);
    return state_of(other, self);
  };
  using P = ProcessIdentity;
  EXPECT_EQ(changed([](P& p) { p.host = "another name"; }), ProcessState::alive);
  EXPECT_EQ(changed([](P& p) { p.boot = "x"; }), ProcessState::unknown);
  EXPECT_EQ(changed([](P& p) { p.boot = ""; }), ProcessState::unknown);
  EXPECT_EQ(changed([](P& p) { p.namespaces = "x"; }), ProcessState::unknown);
  EXPECT_EQ(changed([](P& p) { p.started = 0; }), ProcessState::unknown);
  EXPECT_EQ(changed([](P& p) { p.pid = 0; }), ProcessState::unknown);
  EXPECT_EQ(changed([](P& p) { p.pid = 4'000'000; }), ProcessState::dead);
}

}  // namespace
}  // namespace actscope
