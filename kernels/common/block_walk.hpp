// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/float16.hpp"
#include "actscope/kernels/matrix_view.hpp"
#include "common/selection.hpp"
#include "common/sum_of.hpp"

namespace actscope::kernels {

/// The part of a block that lies inside the matrix.
struct BlockExtent {
  std::int64_t row = 0;  ///< first row inside the group
  std::int64_t col = 0;
  std::int64_t rows = 0;  ///< real rows, padding excluded
  std::int64_t cols = 0;
};

inline BlockExtent block_extent(const PanelLayout& layout, const PanelExtent& panel,
                                std::int64_t row_block, std::int64_t col_block) {
  const std::int64_t row = panel.first_row + row_block * layout.block_rows();
  const std::int64_t col = col_block * layout.block_cols();
  return {row, col, std::min(layout.block_rows(), panel.first_row + panel.rows - row),
          std::min(layout.block_cols(), layout.cols() - col)};
}

/// Calls visit(number, position) for every kept block of a panel in storage order; `position`
/// counts the kept blocks of the panel.
template <class Visit>
void for_each_kept_number(const PanelExtent& panel, const std::uint32_t* mask, const Visit& visit) {
  std::uint32_t position = 0;
  for (std::int64_t first = 0; first < panel.blocks; first += 32) {
    for (std::uint32_t word = mask[panel.mask_word + first / 32]; word != 0; word &= word - 1) {
      visit(static_cast<std::uint32_t>(first + std::countr_zero(word)), position++);
    }
  }
}

/// Calls visit(row_block, col_block, position) for every kept block of a panel in storage order.
template <class Visit>
void for_each_kept_place(const PanelExtent& panel, const std::uint32_t* mask, const Visit& visit) {
  const auto row_blocks = static_cast<std::uint32_t>(panel.row_blocks);
  std::uint32_t col_block = 0, top = 0;  // number of the column's first block
  for_each_kept_number(panel, mask, [&](std::uint32_t number, std::uint32_t position) {
    for (; number - top >= row_blocks; top += row_blocks) ++col_block;
    visit(number - top, col_block, position);
  });
}

/// Place of a panel's first kept block in the value array.
template <class Word>
std::int64_t first_value(const PanelExtent& panel, const BasicBlockIndex<Word>& index) {
  return panel.value_block + index.column_starts[panel.column_start];
}

/// Calls visit(row_block, col_block, position) for every kept block of a panel in storage order;
/// `position` is the block's place in the value array.
template <class Word, class Visit>
void for_each_kept_block(const PanelExtent& panel, const BasicBlockIndex<Word>& index,
                         const Visit& visit) {
  const std::int64_t first = first_value(panel, index);
  for_each_kept_place(panel, index.mask, [&](auto row_block, auto col_block, auto position) {
    visit(std::int64_t{row_block}, std::int64_t{col_block}, first + position);
  });
}

/// Multiplies a block's values with its scale, where blocks are rescaled.
template <class T>
void apply_scale(const BsrPanels& panels, std::int64_t position, T* values) {
  if (panels.layout.scales() == 0) return;
  const float scale = panels.index.scales[position];
  for (std::int64_t e = 0; e < panels.layout.block_elements(); ++e) {
    values[e] = scaled(values[e], scale);
  }
}

/// Pointer to element (row, col) of a group.
template <class T, class Pointer>
T* element(const BasicMatrixView<Pointer>& view, std::int64_t group, std::int64_t row,
           std::int64_t col) {
  return static_cast<T*>(view.data) + group * view.group_stride + row * view.row_stride + col;
}

/// Calls body.template operator()<T>() with T = float, double, bfloat16 or float16.
template <class Body>
void dispatch_dtype(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32:
      return body.template operator()<float>();
    case DType::f64:
      return body.template operator()<double>();
    case DType::bf16:
      return body.template operator()<bfloat16>();
    case DType::f16:
      return body.template operator()<float16>();
  }
}

/// As dispatch_dtype for what computes in the type itself: T = float or double.
template <class Body>
void dispatch_real(DType dtype, const Body& body) {
  if (dtype == DType::f64) {
    body.template operator()<double>();
  } else {
    body.template operator()<float>();
  }
}

}  // namespace actscope::kernels
