// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/format/output_format.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::reports::test {
namespace {

TEST(Rendering, RefusesUnknownFormats) {
  EXPECT_THROW(parse_format("pdf"), ConfigError);
}

}  // namespace
}  // namespace actscope::reports::test
