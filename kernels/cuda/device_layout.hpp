// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/panel_layout.hpp"
#include "common/host_device.hpp"

namespace actscope::kernels::cuda {

/// One kind of panel: every panel of a group has the full shape but the last.
struct PanelShape {
  std::int64_t rows = 0;  ///< real rows, padding excluded
  std::int64_t row_blocks = 0;
  std::int64_t blocks = 0;
  std::int64_t kept_blocks = 0;
  std::int64_t mask_words = 0;
};

/// Where a panel lies; what PanelExtent says, computed without calling into PanelLayout.
struct PanelPlace {
  std::int64_t group = 0;
  std::int64_t first_row = 0;  ///< inside the group
  std::int64_t rows = 0;
  std::int64_t row_blocks = 0;
  std::int64_t blocks = 0;
  std::int64_t kept_blocks = 0;
  std::int64_t first_block = 0;  ///< blocks, kept or not, in all panels before
  std::int64_t value_block = 0;
  std::int64_t mask_word = 0;
  std::int64_t column_start = 0;
};

/// A PanelLayout as plain numbers, passed to kernels by value.
struct DeviceLayout {
  std::int64_t groups = 0;
  std::int64_t rows = 0;  ///< of one group
  std::int64_t cols = 0;
  std::int64_t block_rows = 1;
  std::int64_t block_cols = 1;
  std::int64_t col_blocks = 0;
  std::int64_t panels_per_group = 0;
  std::int64_t panel_rows = 0;  ///< of every panel but the last of a group
  PanelShape full;
  PanelShape last;

  ACTSCOPE_HOST_DEVICE std::int64_t panels() const { return groups * panels_per_group; }
  ACTSCOPE_HOST_DEVICE std::int64_t block_elements() const { return block_rows * block_cols; }

  /// Requires 0 <= index < panels()
  ACTSCOPE_HOST_DEVICE PanelPlace place(std::int64_t index) const {
    const std::int64_t group = index / panels_per_group;
    const std::int64_t inside = index % panels_per_group;
    const std::int64_t full_before = group * (panels_per_group - 1) + inside;
    const PanelShape& shape = inside + 1 == panels_per_group ? last : full;
    return {group,
            inside * panel_rows,
            shape.rows,
            shape.row_blocks,
            shape.blocks,
            shape.kept_blocks,
            full_before * full.blocks + group * last.blocks,
            full_before * full.kept_blocks + group * last.kept_blocks,
            full_before * full.mask_words + group * last.mask_words,
            index * (col_blocks + 1)};
  }
};

DeviceLayout make_device_layout(const PanelLayout& layout);

}  // namespace actscope::kernels::cuda
