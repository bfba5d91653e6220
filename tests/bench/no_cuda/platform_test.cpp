// SPDX-License-Identifier: Apache-2.0
#include "kernels/platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "kernels/element_type.hpp"

namespace actscope::bench {
namespace {

TEST(NoCudaPlatform, SaysHowToGetOne) {
  EXPECT_THAT([] { make_cuda_platform(fp32); },
              testing::ThrowsMessage<BackendNotBuilt>(testing::HasSubstr("scripts/build cuda")));
}

}  // namespace
}  // namespace actscope::bench
