// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "actscope/kernels/dtype.hpp"
#include "actscope/kernels/panel_layout.hpp"

namespace actscope::kernels {

/// Which blocks are kept; memory owned by the caller.
///
/// Shapes  mask [layout.mask_words()]: bit c·row_blocks + r of a panel's words (lowest bit first)
///         is set where block (r, c) is kept; column_starts [layout.column_starts()]: per panel
///         col_blocks + 1 entries, the position of each column block's first kept block, the last
///         entry being where the panel ends; positions count inside the panel, or, where
///         counts_follow_data, through the whole matrix; scales [layout.scales()]: what each kept
///         block was multiplied with, null where blocks are not rescaled
template <class Word>
struct BasicBlockIndex {
  using Scale = std::conditional_t<std::is_const_v<Word>, const float, float>;

  Word* mask = nullptr;
  Word* column_starts = nullptr;
  Scale* scales = nullptr;
};

/// A block-sparse matrix in panels; memory owned by the caller.
///
/// Shapes  values [layout.kept_blocks(), block_rows, block_cols] of dtype
template <class Pointer, class Word>
struct BasicBsrPanels {
  PanelLayout layout;
  DType dtype = DType::f32;
  Pointer values = nullptr;
  BasicBlockIndex<Word> index;
};

using BlockIndex = BasicBlockIndex<std::uint32_t>;
using ConstBlockIndex = BasicBlockIndex<const std::uint32_t>;
using BsrPanels = BasicBsrPanels<void*, std::uint32_t>;
using ConstBsrPanels = BasicBsrPanels<const void*, const std::uint32_t>;

constexpr ConstBlockIndex as_const(const BlockIndex& index) {
  return {index.mask, index.column_starts, index.scales};
}
inline ConstBsrPanels as_const(const BsrPanels& panels) {
  return {panels.layout, panels.dtype, panels.values, as_const(panels.index)};
}

/// A run of panels of one matrix, for walks in chunks.
struct PanelRange {
  std::int64_t first = 0;
  std::int64_t count = -1;  ///< -1: to the end
};

}  // namespace actscope::kernels
