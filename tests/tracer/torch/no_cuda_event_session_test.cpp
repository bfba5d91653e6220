// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/cuda_event_session.hpp"

namespace actscope::tracer {
namespace {

TEST(NoCudaEventSession, SaysWhatIsMissing) {
  EXPECT_THAT([] { make_cuda_event_session(); },
              testing::ThrowsMessage<BackendNotBuilt>(testing::HasSubstr("scripts/build cuda")));
}

}  // namespace
}  // namespace actscope::tracer
