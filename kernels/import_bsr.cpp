// SPDX-License-Identifier: Apache-2.0
// Checks and reads what comes from outside: an index, or a matrix in another library's layout.
#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/kernels/exchange.hpp"
#include "common/block_walk.hpp"

namespace actscope::kernels {
namespace {

ShapeMismatch bad_index(std::string_view what, std::string_view why) {
  return ShapeMismatch(error_text(fmt::format("block index: {}", what), std::string(why)));
}

std::uint32_t kept_of(const PanelExtent& panel, const std::uint32_t* mask) {
  return count_kept(mask + panel.mask_word, 0, panel.blocks);
}

// Whether panels keep as many blocks as the layout says, all together too.
void validate_counts(const PanelLayout& layout, const std::uint32_t* mask) {
  const Select select = layout.spec().select;
  std::int64_t total = 0;
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    const std::int64_t kept = kept_of(panel, mask);
    total += kept;
    if (!counts_follow_data(select) && kept != panel.kept_blocks) {
      throw bad_index(fmt::format("panel {} keeps another number of blocks", p),
                      fmt::format("got {}, expected {}", kept, panel.kept_blocks));
    }
  }
  const bool is_capped = select == Select::threshold;
  if (is_capped ? total > layout.kept_blocks() : total != layout.kept_blocks()) {
    throw bad_index("the matrix keeps another number of blocks",
                    fmt::format("got {}, expected {}{}", total, is_capped ? "at most " : "",
                                layout.kept_blocks()));
  }
}

void validate_column_starts(const PanelLayout& layout, const ConstBlockIndex& index) {
  std::uint32_t before = 0;
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    const std::uint32_t* starts = index.column_starts + panel.column_start;
    for (std::int64_t c = 0; c <= layout.col_blocks(); ++c) {
      const std::uint32_t expected =
          before + count_kept(index.mask + panel.mask_word, 0, c * panel.row_blocks);
      if (starts[c] != expected) {
        throw bad_index(
            "column starts disagree with the mask",
            fmt::format("panel {}, column {}: got {}, expected {}", p, c, starts[c], expected));
      }
    }
    if (counts_follow_data(layout.spec().select)) before = starts[layout.col_blocks()];
  }
}

template <class Index>
void validate_row_starts(const BsrArrays<const Index, const void*>& from, std::int64_t rows) {
  if (from.row_starts[0] != 0 || from.row_starts[rows] != from.blocks) {
    throw bad_index("row starts do not run from 0 to the number of blocks",
                    fmt::format("got {} to {}, {} blocks", from.row_starts[0],
                                from.row_starts[rows], from.blocks));
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    if (from.row_starts[r + 1] < from.row_starts[r]) {
      throw bad_index("row starts fall", fmt::format("row {}: {} after {}", r,
                                                     from.row_starts[r + 1], from.row_starts[r]));
    }
  }
}

// Visits (panel, number in the panel, place in `from`) of every block.
template <class Index, class Visit>
void for_each_entry(const PanelLayout& layout, const BsrArrays<const Index, const void*>& from,
                    const Visit& visit) {
  std::int64_t row = 0;
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    for (std::int64_t r = 0; r < panel.row_blocks; ++r, ++row) {
      for (Index i = from.row_starts[row]; i < from.row_starts[row + 1]; ++i) {
        const std::int64_t column = from.columns[i];
        if (column < 0 || column >= layout.col_blocks()) {
          throw bad_index("a column lies outside the matrix",
                          fmt::format("row {}: got {} of {}", row, column, layout.col_blocks()));
        }
        visit(panel, column * panel.row_blocks + r, static_cast<std::int64_t>(i));
      }
    }
  }
}

// Copies a block, zeros in place of what lies outside the matrix.
void copy_block(const PanelLayout& layout, const PanelExtent& panel, std::int64_t number,
                std::int64_t size, const std::byte* from, std::byte* to) {
  const BlockExtent block =
      block_extent(layout, panel, number % panel.row_blocks, number / panel.row_blocks);
  const auto row_bytes = static_cast<std::size_t>(layout.block_cols() * size);
  const auto inside = static_cast<std::size_t>(block.cols * size);
  for (std::int64_t i = 0; i < layout.block_rows(); ++i) {
    const std::size_t kept = i < block.rows ? inside : 0;
    std::memcpy(to, from, kept);
    std::memset(to + kept, 0, row_bytes - kept);
    from += row_bytes;
    to += row_bytes;
  }
}

}  // namespace

PanelLayout layout_for_bsr(std::int64_t rows, std::int64_t cols, std::int64_t block_rows,
                           std::int64_t block_cols, std::int64_t blocks) {
  BlockSpec spec{block_rows, block_cols, 0, Select::threshold};
  const std::int64_t total = PanelLayout(1, rows, cols, spec).total_blocks();
  if (blocks < 0 || blocks > total) {
    throw ShapeMismatch(error_text("a matrix cannot have so many blocks",
                                   fmt::format("got {}, it has {}", blocks, total)));
  }
  if (blocks < total) {
    spec.sparsity_ratio =
        1 - static_cast<double>(std::max<std::int64_t>(blocks, 1)) / static_cast<double>(total);
  }
  return {1, rows, cols, spec};
}

void validate_index(const PanelLayout& layout, const ConstBlockIndex& index) {
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    const std::int64_t tail = panel.blocks % 32;
    if (tail != 0 && index.mask[panel.mask_word + panel.blocks / 32] >> tail != 0) {
      throw bad_index("a bit is set beyond the last block", fmt::format("panel {}", p));
    }
  }
  validate_counts(layout, index.mask);
  validate_column_starts(layout, index);
}

template <class Index>
void from_bsr(const BsrArrays<const Index, const void*>& from, const BsrPanels& panels) {
  const PanelLayout& layout = panels.layout;
  if (layout.scales() > 0) {
    throw ShapeMismatch(error_text("from_bsr: a matrix from outside has no scales",
                                   describe(layout.spec()), "give a layout without rescaling"));
  }
  const std::int64_t rows = bsr_block_rows(layout);
  validate_row_starts(from, rows);
  std::fill_n(panels.index.mask, layout.mask_words(), 0U);
  for_each_entry(layout, from, [&](const PanelExtent& panel, auto number, auto place) {
    std::uint32_t& word = panels.index.mask[panel.mask_word + number / 32];
    const std::uint32_t bit = 1U << (number % 32);
    if ((word & bit) != 0) {
      throw bad_index("a block is there twice", fmt::format("entry {}", place));
    }
    word |= bit;
  });
  validate_counts(layout, panels.index.mask);
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    count_column_starts(layout, layout.panel(p), panels.index);
  }
  chain_column_starts(layout, panels.index);
  const std::int64_t size = size_of(panels.dtype);
  const std::int64_t bytes = layout.block_elements() * size;
  for_each_entry(layout, from, [&](const PanelExtent& panel, auto number, auto place) {
    const std::int64_t position = first_value(panel, panels.index) +
                                  count_kept(panels.index.mask + panel.mask_word, 0, number);
    copy_block(layout, panel, number, size,
               static_cast<const std::byte*>(from.values) + place * bytes,
               static_cast<std::byte*>(panels.values) + position * bytes);
  });
}

template void from_bsr(const BsrArrays<const std::int32_t, const void*>&, const BsrPanels&);
template void from_bsr(const BsrArrays<const std::int64_t, const void*>&, const BsrPanels&);

}  // namespace actscope::kernels
