// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "cpu/entries.hpp"

namespace actscope::kernels::cpu {
namespace {

// Sums of squares of all blocks of a panel, one read of its rows. Each block's sum is built row by
// row and left to right in double, as the reference does, so that both select the same blocks.
template <class T>
void sum_squares(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
                 std::span<double> keys) {
  std::ranges::fill(keys, 0.0);
  const std::int64_t block_cols = layout.block_cols();
  for (std::int64_t i = 0; i < panel.rows; ++i) {
    const T* row = element<const T>(x, panel.group, panel.first_row + i, 0);
    double* row_keys = keys.data() + i / layout.block_rows();
    for (std::int64_t c = 0; c < layout.col_blocks(); ++c) {
      const std::int64_t first = c * block_cols;
      const std::int64_t last = std::min(first + block_cols, layout.cols());
      double sum = row_keys[c * panel.row_blocks];
      for (std::int64_t j = first; j < last; ++j) {
        const auto value = static_cast<double>(row[j]);
        sum += value * value;
      }
      row_keys[c * panel.row_blocks] = sum;
    }
  }
  for (double& key : keys) key = selection_key(key);
}

}  // namespace

void select_blocks(void*, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void*) {
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      std::vector<double> keys;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout.panels(); ++p) {
        const PanelExtent panel = layout.panel(p);
        keys.resize(static_cast<std::size_t>(panel.blocks));
        sum_squares<T>(x, layout, panel, keys);
        write_selection(layout, panel, keys, index);
      }
    }
  });
}

void gather_blocks(void*, const ConstMatrixView& x, const BsrPanels& panels, PanelRange range) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel for schedule(static)
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, panels.index.mask, [&](auto r, auto c, auto slot) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        T* values = static_cast<T*>(panels.values) + slot * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          T* row = values + i * layout.block_cols();
          std::copy_n(element<const T>(x, panel.group, block.row + i, block.col), block.cols, row);
          std::fill_n(row + block.cols, layout.block_cols() - block.cols, T(0));
        }
        std::fill(values + block.rows * layout.block_cols(), values + layout.block_elements(),
                  T(0));
      });
    }
  });
}

void column_starts_from_mask(void*, const PanelLayout& layout, const BlockIndex& index) {
#pragma omp parallel for schedule(static)
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    count_column_starts(layout, layout.panel(p), index);
  }
}

void decompress(void*, const ConstBsrPanels& panels, const MatrixView& out) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(panels.dtype, [&]<class T>() {
#pragma omp parallel for schedule(static)
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      const PanelExtent panel = layout.panel(p);
      for (std::int64_t i = 0; i < panel.rows; ++i) {
        std::fill_n(element<T>(out, panel.group, panel.first_row + i, 0), layout.cols(), T(0));
      }
      for_each_kept_block(panel, panels.index.mask, [&](auto r, auto c, auto slot) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(panels.values) + slot * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          std::copy_n(values + i * layout.block_cols(), block.cols,
                      element<T>(out, panel.group, block.row + i, block.col));
        }
      });
    }
  });
}

}  // namespace actscope::kernels::cpu
