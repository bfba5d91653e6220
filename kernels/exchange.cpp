// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/exchange.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <vector>

#include "actscope/base/error.hpp"
#include "common/block_walk.hpp"

namespace actscope::kernels {
namespace {

std::int64_t group_block_rows(const PanelLayout& layout) {
  return (layout.rows() + layout.block_rows() - 1) / layout.block_rows();
}

// Row of blocks where a panel begins, groups together.
std::int64_t first_block_row(const PanelLayout& layout, const PanelExtent& panel) {
  return panel.group * group_block_rows(layout) + panel.first_row / layout.block_rows();
}

template <class Index>
void require_count(std::string_view what, std::int64_t given, std::int64_t expected) {
  if (given != expected) {
    throw ShapeMismatch(error_text(fmt::format("{}: arrays of another length", what),
                                   fmt::format("got {}, expected {}", given, expected)));
  }
  if (given > std::numeric_limits<Index>::max()) {
    throw ShapeMismatch(error_text(fmt::format("{}: more than the index type counts", what),
                                   fmt::format("{}", given), "use 64-bit indices"));
  }
}

// Visits (block row, block column, position) of every kept block.
template <class Visit>
void for_each_block(const PanelLayout& layout, const ConstBlockIndex& index, const Visit& visit) {
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    const std::int64_t first = first_block_row(layout, panel);
    for_each_kept_block(panel, index, [&](auto r, auto c, auto position) {
      visit(panel, r, first + r, c, position);
    });
  }
}

// Counts at [i + 1] become starts at [i].
template <class Index>
void chain(Index* starts, std::int64_t rows) {
  for (std::int64_t r = 0; r < rows; ++r) starts[r + 1] += starts[r];
}

}  // namespace

std::int64_t bsr_block_rows(const PanelLayout& layout) noexcept {
  return layout.panels() == 0 ? 0 : layout.groups() * group_block_rows(layout);
}

std::int64_t kept_blocks(const PanelLayout& layout, const ConstBlockIndex& index) noexcept {
  if (layout.panels() == 0) return 0;
  const PanelExtent last = layout.panel(layout.panels() - 1);
  return last.value_block + index.column_starts[last.column_start + layout.col_blocks()];
}

template <class Index>
void to_bsr(const ConstBsrPanels& panels, const BsrArrays<Index, void*>& out) {
  const PanelLayout& layout = panels.layout;
  require_count<Index>("to_bsr", out.blocks, kept_blocks(layout, panels.index));
  const std::int64_t rows = bsr_block_rows(layout);
  const auto bytes = static_cast<std::size_t>(layout.block_elements() * size_of(panels.dtype));
  std::fill_n(out.row_starts, rows + 1, Index{0});
  for_each_block(layout, panels.index,
                 [&](auto&, auto, auto row, auto, auto) { ++out.row_starts[row + 1]; });
  chain(out.row_starts, rows);
  std::vector<Index> next(out.row_starts, out.row_starts + rows);
  for_each_block(layout, panels.index, [&](auto&, auto, auto row, auto column, auto position) {
    const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(row)]++);
    out.columns[place] = static_cast<Index>(column);
    std::memcpy(
        static_cast<std::byte*>(out.values) + place * bytes,
        static_cast<const std::byte*>(panels.values) + static_cast<std::size_t>(position) * bytes,
        bytes);
  });
}

std::int64_t csr_elements(const PanelLayout& layout, const ConstBlockIndex& index) noexcept {
  std::int64_t elements = 0;
  for_each_block(layout, index, [&](auto& panel, auto r, auto, auto column, auto) {
    const BlockExtent block = block_extent(layout, panel, r, column);
    elements += block.rows * block.cols;
  });
  return elements;
}

template <class Index>
void to_csr(const ConstBsrPanels& panels, const CsrArrays<Index>& out) {
  const PanelLayout& layout = panels.layout;
  require_count<Index>("to_csr", out.elements, csr_elements(layout, panels.index));
  const auto visit = [&](const auto& of_row) {
    for_each_block(layout, panels.index,
                   [&](auto& panel, auto r, auto, auto column, auto position) {
                     const BlockExtent block = block_extent(layout, panel, r, column);
                     for (std::int64_t i = 0; i < block.rows; ++i) {
                       of_row(panel.group * layout.rows() + block.row + i, block,
                              position * layout.block_elements() + i * layout.block_cols());
                     }
                   });
  };
  const std::int64_t rows = layout.total_rows();
  const auto size = static_cast<std::size_t>(size_of(panels.dtype));
  std::fill_n(out.row_starts, rows + 1, Index{0});
  visit([&](auto row, const BlockExtent& block, auto) {
    out.row_starts[row + 1] += static_cast<Index>(block.cols);
  });
  chain(out.row_starts, rows);
  std::vector<Index> next(out.row_starts, out.row_starts + rows);
  visit([&](auto row, const BlockExtent& block, auto first) {
    Index& place = next[static_cast<std::size_t>(row)];
    for (std::int64_t j = 0; j < block.cols; ++j) {
      out.columns[place + j] = static_cast<Index>(block.col + j);
    }
    std::memcpy(
        static_cast<std::byte*>(out.values) + static_cast<std::size_t>(place) * size,
        static_cast<const std::byte*>(panels.values) + static_cast<std::size_t>(first) * size,
        static_cast<std::size_t>(block.cols) * size);
    place += static_cast<Index>(block.cols);
  });
}

template void to_bsr(const ConstBsrPanels&, const BsrArrays<std::int32_t, void*>&);
template void to_bsr(const ConstBsrPanels&, const BsrArrays<std::int64_t, void*>&);
template void to_csr(const ConstBsrPanels&, const CsrArrays<std::int32_t>&);
template void to_csr(const ConstBsrPanels&, const CsrArrays<std::int64_t>&);

}  // namespace actscope::kernels
