// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <string>

#include "actscope/kernels/backend.hpp"

/// What tests of single instruction sets share.
namespace actscope::kernels::test {

/// Lets dispatch choose one instruction set while it lives, and proves that it is the one chosen.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    choose(target);
    const std::string wanted = std::string("cpu ") + hwy::TargetName(target) + ",";
    EXPECT_EQ(describe(Backend::cpu).find(wanted), 0U)
        << describe(Backend::cpu) << " ran, wanted " << wanted;
  }
  ~OnlyTarget() { choose(0); }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;

 private:
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

inline std::string target_name(const testing::TestParamInfo<std::int64_t>& test) {
  return hwy::TargetName(test.param);
}

}  // namespace actscope::kernels::test
