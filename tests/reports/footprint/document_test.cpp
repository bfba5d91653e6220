// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/footprint/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

FootprintRecord small_footprint() {
  FootprintRecord record;
  record.model = "resmlp";
  record.scheme = "exact";
  record.dtype = "fp32";
  record.batch = 8;
  record.layers = small_run().layers;
  record.layers.push_back({"blocks.1", record.layers[1].slots});
  record.totals = {1200, 2800, 100000, 1234};
  return record;
}

TEST(FootprintDocument, WriteReadWriteIsIdentical) {
  const std::string text = write_footprint_document(small_footprint());
  EXPECT_EQ(write_footprint_document(read_footprint_document(text, "t")), text);
}

TEST(FootprintText, FoldsEqualLayersAndShowsTheTotals) {
  const std::string text = footprint_text(small_footprint());
  EXPECT_THAT(text, HasSubstr("1,234 parameters"));
  EXPECT_THAT(text, HasSubstr("(1200 bytes), 2.33x fewer than the 2.73 KiB"));
}

}  // namespace
}  // namespace actscope::reports::test
