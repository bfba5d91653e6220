// SPDX-License-Identifier: Apache-2.0
#include "scheme/block_values.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

using kernels::CodeBits;
using kernels::PanelLayout;
using kernels::Select;

TEST(CodedPanel, GroupsOfCodesEndWithTheirPanel) {
  // Two groups of 20 rows by 4 columns, blocks 4x4, panels of 16 rows: 4 blocks and 1 block, of
  // which 2 and 1 are kept: 32 and 16 elements, one group of codes each.
  const PanelLayout layout(2, 20, 4, {4, 4, 0.5, Select::panel, 16});
  ASSERT_EQ(layout.panels(), 4);
  const std::int64_t bytes[] = {0, 16, 24, 40, 48};
  for (std::int64_t panel = 0; panel <= 4; ++panel) {
    const CodedPanel place = coded_panel(layout, CodeBits::int4, panel);
    EXPECT_EQ(place.first_byte, bytes[panel]) << panel;
    EXPECT_EQ(place.first_group, panel) << panel;
  }
  EXPECT_EQ(coded_panel(layout, CodeBits::int8, 4).first_byte, 96);
}

TEST(CodedPanel, OddPanelsBeginOnBytesOfTheirOwn) {
  // Blocks 1x1, 3 of 6 kept a panel: 3 codes of 4 bits take 2 bytes.
  const PanelLayout layout(1, 4, 3, {1, 1, 0.5, Select::panel, 2});
  ASSERT_EQ(layout.panels() * layout.panel(0).blocks, 12);
  const std::int64_t kept = layout.panel(0).kept_blocks;
  EXPECT_EQ(coded_panel(layout, CodeBits::int4, 1).first_byte, (kept + 1) / 2);
}

TEST(CodedPanel, WhereCountsFollowDataTheMatrixIsOneRun) {
  const PanelLayout layout(1, 64, 16, {4, 4, 0.5, Select::global, 16});
  const CodedPanel end = coded_panel(layout, CodeBits::int8, layout.panels());
  EXPECT_EQ(end.first_byte, 32 * 16);
  EXPECT_EQ(end.first_group, 4);
}

TEST(CodedPanel, NothingTakesNothing) {
  const PanelLayout layout(0, 8, 8, {4, 4, 0.5});
  EXPECT_EQ(coded_panel(layout, CodeBits::int8, 0).first_byte, 0);
}

}  // namespace
}  // namespace actscope::core
