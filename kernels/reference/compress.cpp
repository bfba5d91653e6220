// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "reference/entries.hpp"
#include "reference/kept_values.hpp"

namespace actscope::kernels::reference {

void gather_blocks(void*, const ConstMatrixView& x, const BsrPanels& panels, PanelRange range) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    write_kept_values<T>(panels, range, [&](auto group, auto row, auto col) {
      return *element<const T>(x, group, row, col);
    });
  });
}

void compress(void* stream, const ConstMatrixView& x, const BsrPanels& panels, void* workspace,
              const Draw& draw) {
  select_blocks(stream, x, panels.layout, panels.index, workspace, draw);
  gather_blocks(stream, x, panels, {0, panels.layout.panels()});
}

void column_starts_from_mask(void*, const PanelLayout& layout, const BlockIndex& index) {
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    count_column_starts(layout, layout.panel(p), index);
  }
  chain_column_starts(layout, index);
}

void decompress(void*, const ConstBsrPanels& panels, const MatrixView& out) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(panels.dtype, [&]<class T>() {
    for (std::int64_t g = 0; g < out.groups; ++g) {
      for (std::int64_t r = 0; r < out.rows; ++r) {
        std::fill_n(element<T>(out, g, r, 0), out.cols, T(0));
      }
    }
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(panels.values) + position * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          for (std::int64_t j = 0; j < block.cols; ++j) {
            *element<T>(out, panel.group, block.row + i, block.col + j) =
                values[i * layout.block_cols() + j];
          }
        }
      });
    }
  });
}

}  // namespace actscope::kernels::reference
