// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "image_codec.hpp"

namespace actscope::core {
namespace {

const std::string start("\xff\xd8", 2), end("\xff\xd9", 2);
// A segment of 6 bytes with a thumbnail's end marker in it, and the beginning of the scan.
const std::string thumbnail("\xff\xe1\x00\x06\xff\xd9zz", 8), scan("\xff\xda\x00\x02pixels", 10);

TEST(WholeJpeg, EndsBehindItsScan) {
  EXPECT_TRUE(is_whole_jpeg(start + scan + end));
  EXPECT_TRUE(is_whole_jpeg(start + thumbnail + "\xff" + scan + end + "trailing"));
  EXPECT_FALSE(is_whole_jpeg(start + thumbnail + scan));
  EXPECT_FALSE(is_whole_jpeg(start + thumbnail));
  EXPECT_FALSE(is_whole_jpeg(start));
  EXPECT_FALSE(is_whole_jpeg(""));
  EXPECT_FALSE(is_whole_jpeg(start + "no marker" + end));
}

}  // namespace
}  // namespace actscope::core
