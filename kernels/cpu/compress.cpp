// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/gather.hpp"
#include "cpu/selection.hpp"
#include "cpu/shared_work.hpp"

namespace actscope::kernels::cpu {

void select_blocks(void*, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void*, const Draw& draw) {
  if (counts_follow_data(layout.spec().select)) {
    return select_across_panels(x, layout, draw, index);
  }
#pragma omp parallel
  {
    PanelSelector selector;
#pragma omp for schedule(static)
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      selector.select(x, layout, layout.panel(p), draw, index);
    }
  }
}

void gather_blocks(void*, const ConstMatrixView& x, const BsrPanels& panels, PanelRange range) {
#pragma omp parallel
  {
    KeptRows scratch;
#pragma omp for schedule(static)
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      gather_panel(x, panels, panels.layout.panel(p), scratch);
    }
  }
}

// A panel is gathered while its rows are still in a cache.
void compress(void* stream, const ConstMatrixView& x, const BsrPanels& panels, void* workspace,
              const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  if (counts_follow_data(layout.spec().select)) {
    select_blocks(stream, x, layout, panels.index, workspace, draw);
    return gather_blocks(stream, x, panels, {0, layout.panels()});
  }
  SharedWork work(layout.panels());
#pragma omp parallel
  {
    PanelSelector selector;
    KeptRows scratch;
    work.run([&](std::int64_t p) {
      const PanelExtent panel = layout.panel(p);
      selector.select(x, layout, panel, draw, panels.index);
      gather_panel(x, panels, panel, scratch);
    });
    leave_region(work);
  }
}

void column_starts_from_mask(void*, const PanelLayout& layout, const BlockIndex& index) {
#pragma omp parallel for schedule(static)
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    count_column_starts(layout, layout.panel(p), index);
  }
  chain_column_starts(layout, index);
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
      for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(panels.values) + position * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          std::copy_n(values + i * layout.block_cols(), block.cols,
                      element<T>(out, panel.group, block.row + i, block.col));
        }
      });
    }
  });
}

}  // namespace actscope::kernels::cpu
