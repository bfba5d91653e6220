// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/gemm.hpp"
#include "divider.hpp"
#include "gemm_epilogue.cuh"
#include "panels.cuh"
#include "strip_plan.hpp"
#include "tensor_core.cuh"

namespace actscope::kernels::cuda {

/// A product as its kernel gets it, by value.
template <class T>
struct StripProblem {
  DeviceMatrix<const T> left;  ///< dy [rows of the range, outputs]; dt groups × [mixed, features]
  const T* values = nullptr;
  DeviceLayout layout;
  ConstBlockIndex index;
  PanelRange range;
  DeviceMatrix<float> out;      ///< [left_rows, columns]
  float* parts_out = nullptr;   ///< [parts, left_rows, columns]; null: parts are added up in `out`
  float* parts_bias = nullptr;  ///< [parts, left_rows], like parts_out
  Output output = Output::overwrite;
  DeviceEpilogue<float> epilogue;
  std::int64_t left_rows = 0;
  std::int64_t columns = 0;      ///< features of gemm_tn, tokens of gemm_nt_batched
  std::int64_t first_token = 0;  ///< row of the whole matrix that dy starts with
  std::int64_t first_group = 0;  ///< group that dt starts with
  StripPlan plan;
  int stages = 2;
  Divider block_rows, block_cols, panel_row_blocks;
  bool left_is_aligned = false;     ///< whether rows of the left operand are, to 16 bytes
  bool values_are_aligned = false;  ///< whether rows of blocks are
  bool is_regular = false;          ///< they are, and block sides are multiples of eight
};

/// The part of a segment that a strip meets, in shared memory: registers are for sums.
template <class T>
struct Segment {
  const T* left;    ///< of dy: its first token, of dt: its group; column or row 0
  const T* values;  ///< the block of position 0
  int tokens;
  int depth;  ///< length of its part of the reduction
  int first_row_block, row_blocks;
  int first_col_block, col_blocks;
};

inline constexpr unsigned no_position = ~0u;

/// Kept blocks among the first `count` of those that begin at bit `top`.
__device__ inline unsigned count_below(const std::uint32_t* words, unsigned top, unsigned count) {
  unsigned kept = 0;
  for (unsigned bit = top; bit < top + count;) {
    const unsigned in_word = bit % 32;
    const unsigned taken = min(32u - in_word, top + count - bit);
    kept += static_cast<unsigned>(__popc(words[bit / 32] >> in_word << (32 - taken)));
    bit += taken;
  }
  return kept;
}

/// Describes a segment and lists where its kept blocks lie. Called by all threads; what it writes
/// is read after the next barrier.
/// Shapes  positions [col_blocks, row_blocks] of the segment
template <Reduce over, class T>
__device__ void enter_segment(const StripProblem<T>& problem, int segment, int first_column,
                              Segment<T>* state, unsigned* positions) {
  const DeviceLayout& layout = problem.layout;
  const int panels_per_group = static_cast<int>(layout.panels_per_group);
  const int number = static_cast<int>(problem.range.first) +
                     segment * (over == Reduce::tokens ? 1 : panels_per_group);
  const int group = number / panels_per_group;
  const int in_group = number - group * panels_per_group;
  const int first_row = in_group * static_cast<int>(layout.panel_rows);
  const std::int64_t full_before = number - group;
  const int column_end = min(first_column + warp_columns * problem.plan.warps_across,
                             static_cast<int>(problem.columns));
  int tokens, first_row_block, row_blocks, first_col_block, col_blocks;
  if constexpr (over == Reduce::tokens) {
    const PanelShape& shape = in_group + 1 == panels_per_group ? layout.last : layout.full;
    tokens = static_cast<int>(shape.rows);
    first_row_block = 0;
    row_blocks = static_cast<int>(shape.row_blocks);
    first_col_block = problem.block_cols.quotient(first_column);
    col_blocks = problem.block_cols.quotient_up(column_end) - first_col_block;
  } else {
    tokens = static_cast<int>(layout.rows);
    first_row_block = problem.block_rows.quotient(first_column);
    row_blocks = problem.block_rows.quotient_up(column_end) - first_row_block;
    first_col_block = 0;
    col_blocks = static_cast<int>(layout.col_blocks);
  }
  if (threadIdx.x == 0) {
    const std::int64_t value_block =
        full_before * layout.full.kept_blocks + group * layout.last.kept_blocks;
    state->left = over == Reduce::tokens
                      ? problem.left.row(0, group * layout.rows + first_row - problem.first_token)
                      : problem.left.row(group - problem.first_group, 0);
    state->values = problem.values + value_block * layout.block_elements();
    state->tokens = tokens;
    state->depth = over == Reduce::tokens ? tokens : static_cast<int>(layout.cols);
    state->first_row_block = first_row_block;
    state->row_blocks = row_blocks;
    state->first_col_block = first_col_block;
    state->col_blocks = col_blocks;
  }
  const std::uint32_t* mask =
      problem.index.mask + full_before * layout.full.mask_words + group * layout.last.mask_words;
  const std::uint32_t* starts =
      problem.index.column_starts + std::int64_t{number} * (layout.col_blocks + 1);
#pragma unroll 1
  for (int e = thread_number(); e < col_blocks * row_blocks; e += static_cast<int>(blockDim.x)) {
    const int column = first_col_block + e / row_blocks;
    const int row = first_row_block + e % row_blocks;
    const int panel = problem.panel_row_blocks.quotient(row);  // counted from the first
    const int r = row - panel * problem.panel_row_blocks.divisor();
    const bool is_last = in_group + panel + 1 == panels_per_group;
    const unsigned in_panel =
        static_cast<unsigned>(is_last ? layout.last.row_blocks : layout.full.row_blocks);
    const std::uint32_t* words = mask + panel * layout.full.mask_words;
    const unsigned top = static_cast<unsigned>(column) * in_panel;  // the column's first block
    unsigned position = no_position;
    if (is_kept(words, top + static_cast<unsigned>(r))) {
      position = static_cast<unsigned>(panel * layout.full.kept_blocks) +
                 starts[panel * (layout.col_blocks + 1) + column] +
                 count_below(words, top, static_cast<unsigned>(r));
    }
    positions[e] = position;
  }
}

/// A segment's kept blocks, as a strip looks them up.
template <class T>
struct PositionTable {
  const Segment<T>* segment;
  const unsigned* positions;

  __device__ unsigned position(int row_block, int col_block) const {
    return positions[(col_block - segment->first_col_block) * segment->row_blocks + row_block -
                     segment->first_row_block];
  }
  /// Whether a block of these tokens and features is kept; ends are clipped to the matrix.
  __device__ bool any_kept(const StripProblem<T>& problem, int token, int token_end, int feature,
                           int feature_end) const {
    token_end = min(token_end, segment->tokens);
    feature_end = min(feature_end, static_cast<int>(problem.layout.cols));
    if (token >= token_end || feature >= feature_end) return false;
    const int last_row = problem.block_rows.quotient(token_end - 1);
    const int last_col = problem.block_cols.quotient(feature_end - 1);
#pragma unroll 1
    for (int c = problem.block_cols.quotient(feature); c <= last_col; ++c) {
#pragma unroll 1
      for (int r = problem.block_rows.quotient(token); r <= last_row; ++r) {
        if (position(r, c) != no_position) return true;
      }
    }
    return false;
  }
  /// Where an element of a kept block lies; null where the block is dropped or outside the matrix.
  __device__ const T* find(const StripProblem<T>& problem, int token, int feature) const {
    if (token >= segment->tokens || feature >= problem.layout.cols) return nullptr;
    const int r = problem.block_rows.quotient(token);
    const int c = problem.block_cols.quotient(feature);
    const unsigned of_block = position(r, c);
    if (of_block == no_position) return nullptr;
    const int in_block = (token - r * problem.block_rows.divisor()) * problem.block_cols.divisor() +
                         feature - c * problem.block_cols.divisor();
    return segment->values + std::int64_t{of_block} * problem.layout.block_elements() + in_block;
  }
};

}  // namespace actscope::kernels::cuda
