// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/tracer/kernel_session.hpp"
#include "cupti/activity_buffers.hpp"

namespace actscope::tracer {
namespace {

TEST(CuptiSession, WithoutADriverItSaysSoAndDoesNotCrash) {
  EXPECT_TRUE(is_cupti_built());
  if (is_cupti_usable()) {
    EXPECT_EQ(describe_cupti().rfind("CUPTI API", 0), 0U) << describe_cupti();
    return;
  }
  EXPECT_EQ(describe_cupti().rfind("not usable: ", 0), 0U) << describe_cupti();
  try {
    open_cupti_session();
    FAIL() << "opened where it is not usable";
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("CUPTI not usable"), std::string::npos);
  }
}

TEST(ActivityBuffers, AreZeroedAndUsedAgain) {
  ActivityBuffers buffers;
  std::uint8_t* first = buffers.hand_out();
  ASSERT_NE(first, nullptr);
  first[0] = 7;
  buffers.take_back(first, 1);
  std::vector<ActivityBuffers::Filled> filled = buffers.take_filled();
  ASSERT_EQ(filled.size(), 1U);
  EXPECT_EQ(filled[0].valid_bytes, 1U);
  buffers.recycle(std::move(filled[0]));
  std::uint8_t* second = buffers.hand_out();
  EXPECT_EQ(second, first);
  EXPECT_EQ(second[0], 0);
  buffers.take_back(second, 0);
  EXPECT_TRUE(buffers.refused() == 0 && buffers.take_filled().size() == 1U);
}

}  // namespace
}  // namespace actscope::tracer
