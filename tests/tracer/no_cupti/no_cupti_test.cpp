// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/tracer/kernel_session.hpp"

namespace actscope::tracer {
namespace {

TEST(NoCupti, SaysHowToGetIt) {
  EXPECT_FALSE(is_cupti_built());
  EXPECT_FALSE(is_cupti_usable());
  EXPECT_NE(describe_cupti().find("scripts/build cuda"), std::string::npos);
  EXPECT_THROW(open_cupti_session(), BackendNotBuilt);
}

}  // namespace
}  // namespace actscope::tracer
