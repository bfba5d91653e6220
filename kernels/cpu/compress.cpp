// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "common/block_walk.hpp"
#include "cpu/block_norms.hpp"
#include "cpu/entries.hpp"
#include "cpu/largest_keys.hpp"

namespace actscope::kernels::cpu {
namespace {

// Rows that are read together: their lines of memory are streams that the machine reads ahead.
constexpr std::int64_t rows_at_once = 8;

// What one thread needs to select inside panels.
class PanelSelector {
 public:
  template <class T>
  void select(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
              const BlockIndex& index) {
    keys_.resize(static_cast<std::size_t>(panel.blocks));
    column_sums_.resize(static_cast<std::size_t>(layout.cols()));
    for (std::int64_t r = 0; r < panel.row_blocks; ++r) write_keys<T>(x, layout, panel, r);
    if (panel.blocks > 0) write_mask(panel, index);
    count_column_starts(layout, panel, index);
  }

 private:
  // Keys of the blocks of one row of blocks: sums of squares down the columns, then over the
  // block's columns from left to right, all in double, as every back end does.
  template <class T>
  void write_keys(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
                  std::int64_t row_block) {
    std::ranges::fill(column_sums_, 0.0);
    const std::int64_t first = row_block * layout.block_rows();
    const std::int64_t end = std::min(first + layout.block_rows(), panel.rows);
    for (std::int64_t i = first; i < end; i += rows_at_once) {
      add_squares(element<const T>(x, panel.group, panel.first_row + i, 0),
                  std::min(rows_at_once, end - i), layout.cols(), x.row_stride,
                  column_sums_.data());
    }
    double* key = keys_.data() + row_block;
    for (std::int64_t j = 0; j < layout.cols(); j += layout.block_cols()) {
      const std::int64_t last = std::min(j + layout.block_cols(), layout.cols());
      double sum = 0;
      for (std::int64_t k = j; k < last; ++k) sum += column_sums_[static_cast<std::size_t>(k)];
      *key = selection_key(sum);
      key += panel.row_blocks;
    }
  }

  // Ties go to the lower block number.
  void write_mask(const PanelExtent& panel, const BlockIndex& index) {
    KeyThreshold least = largest_.threshold(keys_, panel.kept_blocks);
    std::uint32_t* words = index.mask + panel.mask_word;
    const double* keys = keys_.data();
    for (std::int64_t first = 0; first < panel.blocks; first += 32) {
      const std::int64_t count = std::min<std::int64_t>(32, panel.blocks - first);
      std::uint32_t above = 0, equal = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        above |= (keys[first + i] > least.key ? 1U : 0U) << i;
        equal |= (keys[first + i] == least.key ? 1U : 0U) << i;
      }
      for (; equal != 0 && least.equals_kept > 0; equal &= equal - 1, --least.equals_kept) {
        above |= equal & (~equal + 1);
      }
      words[first / 32] = above;
    }
  }

  LargestKeys largest_;
  std::vector<double> keys_;
  std::vector<double> column_sums_;
};

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
  for_each_kept_block(panel, panels.index.mask, [&](auto r, auto c, auto slot) {
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
  });
}

}  // namespace

void select_blocks(void*, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void*) {
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      PanelSelector selector;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout.panels(); ++p) {
        selector.select<T>(x, layout, layout.panel(p), index);
      }
    }
  });
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
void compress(void*, const ConstMatrixView& x, const BsrPanels& panels, void*) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      PanelSelector selector;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout.panels(); ++p) {
        const PanelExtent panel = layout.panel(p);
        selector.select<T>(x, layout, panel, panels.index);
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
