// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

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

// The kept blocks of a panel row by row.
class RowWalk {
 public:
  struct Place {
    std::uint32_t col_block, position;
  };

  void sort(const PanelExtent& panel, const std::uint32_t* mask) {
    starts_.assign(static_cast<std::size_t>(panel.row_blocks) + 2, 0);
    std::uint32_t kept = 0;
    for_each_kept_place(panel, mask, [&](std::uint32_t r, std::uint32_t, std::uint32_t) {
      ++starts_[r + 2];
      ++kept;
    });
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    places_.resize(kept);
    for_each_kept_place(panel, mask, [&](std::uint32_t r, std::uint32_t c, std::uint32_t position) {
      places_[starts_[r + 1]++] = {c, position};
    });
  }
  std::span<const Place> row(std::int64_t r) const {
    const auto at = static_cast<std::size_t>(r);
    return {places_.data() + starts_[at], places_.data() + starts_[at + 1]};
  }

 private:
  std::vector<std::uint32_t> starts_;  // after sort: of row r at r
  std::vector<Place> places_;
};

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

// What a panel's blocks are copied from and to.
template <class T>
class PanelGather {
 public:
  PanelGather(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel)
      : x_(x),
        panels_(panels),
        panel_(panel),
        whole_rows_(panel.rows / panels.layout.block_rows()),
        whole_cols_(panels.layout.cols() / panels.layout.block_cols()),
        first_(element<const T>(x, panel.group, panel.first_row, 0)) {}

  // `fixed_bytes`: of a block's row, 0 where no case is made for it.
  template <std::size_t fixed_bytes>
  void copy_block(std::int64_t r, std::int64_t c, std::int64_t slot) const {
    constexpr auto size = static_cast<std::int64_t>(sizeof(T));
    const PanelLayout& layout = panels_.layout;
    T* values = static_cast<T*>(panels_.values) + slot * layout.block_elements();
    if (r < whole_rows_ && c < whole_cols_) {
      const T* from = first_ + r * layout.block_rows() * x_.row_stride + c * layout.block_cols();
      copy_rows<fixed_bytes>(reinterpret_cast<const std::byte*>(from), x_.row_stride * size,
                             layout.block_rows(),
                             static_cast<std::size_t>(layout.block_cols() * size),
                             reinterpret_cast<std::byte*>(values));
    } else {
      copy_edge_block(x_, layout, panel_.group, block_extent(layout, panel_, r, c), values);
    }
    if (layout.scales() == 0) return;
    const float scale = panels_.index.scales[slot];
    for (std::int64_t e = 0; e < layout.block_elements(); ++e) {
      values[e] = scaled(values[e], scale);
    }
  }

  template <std::size_t fixed_bytes>
  void down_the_columns() const {
    for_each_kept_block(panel_, panels_.index,
                        [&](auto r, auto c, auto slot) { copy_block<fixed_bytes>(r, c, slot); });
  }

  // Several narrow blocks share each line of x: read it once, from left to right.
  template <std::size_t fixed_bytes>
  void along_the_rows(RowWalk& walk) const {
    const std::int64_t first = first_value(panel_, panels_.index);
    walk.sort(panel_, panels_.index.mask);
    for (std::int64_t r = 0; r < panel_.row_blocks; ++r) {
      for (const RowWalk::Place& place : walk.row(r)) {
        copy_block<fixed_bytes>(r, place.col_block, first + place.position);
      }
    }
  }

 private:
  const ConstMatrixView& x_;
  const BsrPanels& panels_;
  const PanelExtent& panel_;
  std::int64_t whole_rows_, whole_cols_;
  const T* first_;
};

template <class T>
void gather(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel,
            RowWalk& walk) {
  const PanelGather<T> gather(x, panels, panel);
  switch (panels.layout.block_cols() * static_cast<std::int64_t>(sizeof(T))) {
    case 8:
      return gather.template along_the_rows<8>(walk);
    case 16:
      return gather.template along_the_rows<16>(walk);
    case 32:
      return gather.template down_the_columns<32>();
    case 64:
      return gather.template down_the_columns<64>();
    default:
      return gather.template down_the_columns<0>();
  }
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
#pragma omp parallel
    {
      RowWalk walk;
#pragma omp for schedule(static)
      for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
        gather<T>(x, panels, panels.layout.panel(p), walk);
      }
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
      RowWalk walk;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout.panels(); ++p) {
        const PanelExtent panel = layout.panel(p);
        selector.select(x, layout, panel, draw, panels.index);
        gather<T>(x, panels, panel, walk);
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
