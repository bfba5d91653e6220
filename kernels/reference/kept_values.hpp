// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/block_walk.hpp"

namespace actscope::kernels::reference {

/// Writes the kept blocks of a range: value_at(group, row, col) where the matrix is, zeros beyond,
/// times the block's scale.
template <class T, class ValueAt>
void write_kept_values(const BsrPanels& panels, PanelRange range, const ValueAt& value_at) {
  const PanelLayout& layout = panels.layout;
  for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
    const PanelExtent panel = layout.panel(p);
    for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto position) {
      const BlockExtent block = block_extent(layout, panel, r, c);
      T* values = static_cast<T*>(panels.values) + position * layout.block_elements();
      const float scale = layout.scales() > 0 ? panels.index.scales[position] : 1.0F;
      for (std::int64_t i = 0; i < layout.block_rows(); ++i) {
        for (std::int64_t j = 0; j < layout.block_cols(); ++j) {
          const bool is_inside = i < block.rows && j < block.cols;
          const T value = is_inside ? value_at(panel.group, block.row + i, block.col + j) : T(0);
          values[i * layout.block_cols() + j] = scaled(value, scale);
        }
      }
    });
  }
}

}  // namespace actscope::kernels::reference
