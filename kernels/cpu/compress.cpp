// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/gather.hpp"
#include "cpu/selection.hpp"

namespace actscope::kernels::cpu {
namespace {

// Copies rows of `bytes` bytes, a number known when compiling where it is not 0.
template <std::size_t fixed_bytes>
void copy_rows(const std::byte* from, std::int64_t from_stride, std::int64_t rows,
               std::size_t bytes, std::byte* to) {
  const std::size_t count = fixed_bytes != 0 ? fixed_bytes : bytes;
  for (std::int64_t i = 0; i < rows; ++i) {
    std::memcpy(to, from, count);
    from += from_stride;
    to += count;
  }
}

void copy_whole_block(const std::byte* from, std::int64_t from_stride, std::int64_t rows,
                      std::size_t bytes, std::byte* to) {
  switch (bytes) {
    case 8:
      return copy_rows<8>(from, from_stride, rows, bytes, to);
    case 16:
      return copy_rows<16>(from, from_stride, rows, bytes, to);
    case 32:
      return copy_rows<32>(from, from_stride, rows, bytes, to);
    case 64:
      return copy_rows<64>(from, from_stride, rows, bytes, to);
    default:
      return copy_rows<0>(from, from_stride, rows, bytes, to);
  }
}

template <class T>
void copy_edge_block(const ConstMatrixView& x, const PanelLayout& layout, std::int64_t group,
                     const BlockExtent& block, T* values) {
  for (std::int64_t i = 0; i < block.rows; ++i) {
    T* row = values + i * layout.block_cols();
    std::copy_n(element<const T>(x, group, block.row + i, block.col), block.cols, row);
    std::fill_n(row + block.cols, layout.block_cols() - block.cols, T(0));
  }
  std::fill(values + block.rows * layout.block_cols(), values + layout.block_elements(), T(0));
}

template <class T>
void gather(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  const PanelLayout& layout = panels.layout;
  for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto slot) {
    const BlockExtent block = block_extent(layout, panel, r, c);
    T* values = static_cast<T*>(panels.values) + slot * layout.block_elements();
    if (block.rows == layout.block_rows() && block.cols == layout.block_cols()) {
      copy_whole_block(reinterpret_cast<const std::byte*>(
                           element<const T>(x, panel.group, block.row, block.col)),
                       x.row_stride * size, block.rows, static_cast<std::size_t>(block.cols * size),
                       reinterpret_cast<std::byte*>(values));
    } else {
      copy_edge_block(x, layout, panel.group, block, values);
    }
    if (layout.scales() > 0) {
      const float scale = panels.index.scales[slot];
      for (std::int64_t e = 0; e < layout.block_elements(); ++e) {
        values[e] = scaled(values[e], scale);
      }
    }
  });
}

}  // namespace

void gather_panel(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel) {
  dispatch_dtype(x.dtype, [&]<class T>() { gather<T>(x, panels, panel); });
}

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
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel for schedule(static)
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      gather<T>(x, panels, panels.layout.panel(p));
    }
  });
}

// A panel is gathered while its rows are still in a cache.
void compress(void* stream, const ConstMatrixView& x, const BsrPanels& panels, void* workspace,
              const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  if (counts_follow_data(layout.spec().select)) {
    select_blocks(stream, x, layout, panels.index, workspace, draw);
    return gather_blocks(stream, x, panels, {0, layout.panels()});
  }
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      PanelSelector selector;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout.panels(); ++p) {
        const PanelExtent panel = layout.panel(p);
        selector.select(x, layout, panel, draw, panels.index);
        gather<T>(x, panels, panel);
      }
    }
  });
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
      for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto slot) {
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
