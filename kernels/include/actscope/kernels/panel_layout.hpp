// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/block_spec.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::kernels {

/// One panel: a run of block rows inside one group. All lengths are known from shapes alone.
struct PanelExtent {
  std::int64_t group = 0;
  std::int64_t first_row = 0;     ///< inside the group
  std::int64_t rows = 0;          ///< real rows, padding excluded
  std::int64_t row_blocks = 0;    ///< ⌈rows / block_rows⌉
  std::int64_t blocks = 0;        ///< row_blocks × column blocks
  std::int64_t first_block = 0;   ///< blocks, kept or not, of all panels before
  std::int64_t kept_blocks = 0;   ///< 0 where counts_follow_data: then the index has the count
  std::int64_t value_block = 0;   ///< place of its first kept block in the value array, less its
                                  ///< first column start (which is 0 unless counts_follow_data)
  std::int64_t mask_word = 0;     ///< index of its first word in the block mask
  std::int64_t column_start = 0;  ///< index of its first entry in the column starts
};

/// Where everything of a block-sparse matrix lies: sizes, offsets and bytes, from shapes alone.
///
/// A matrix of `groups` × [rows, cols] is cut, group by group, into panels of about
/// `spec.panel_rows` rows (no panel straddles two groups); a panel into blocks of block_rows ×
/// block_cols. Edge blocks are padded with zeros and stored whole. Inside a panel, block
/// (row block r, column block c) has the number c·row_blocks + r; kept blocks are stored in that
/// order, block-major, row-major inside a block.
class PanelLayout {
 public:
  PanelLayout() = default;

  /// Shapes  groups × [rows, cols], all at least 0
  /// Errors  ConfigError, UnsupportedBlockSize: as BlockSpec::validate; ShapeMismatch: a negative
  ///         length, sizes whose bytes overflow 64 bits, or more kept blocks than column starts
  ///         can count where counts_follow_data
  PanelLayout(std::int64_t groups, std::int64_t rows, std::int64_t cols, const BlockSpec& spec);

  const BlockSpec& spec() const noexcept { return spec_; }
  std::int64_t groups() const noexcept { return groups_; }
  std::int64_t rows() const noexcept { return rows_; }  ///< of one group
  std::int64_t cols() const noexcept { return cols_; }
  std::int64_t total_rows() const noexcept { return groups_ * rows_; }
  std::int64_t block_rows() const noexcept { return spec_.block_rows; }
  std::int64_t block_cols() const noexcept { return spec_.block_cols; }
  std::int64_t block_elements() const noexcept { return spec_.block_rows * spec_.block_cols; }
  std::int64_t col_blocks() const noexcept { return col_blocks_; }
  std::int64_t panels_per_group() const noexcept { return panels_per_group_; }
  std::int64_t panels() const noexcept { return groups_ * panels_per_group_; }
  /// Rows of every panel but the last of a group; a walk in chunks of this many rows (one group)
  /// never cuts a panel.
  std::int64_t panel_rows() const noexcept { return panel_row_blocks_ * spec_.block_rows; }

  /// Requires 0 <= index < panels()
  PanelExtent panel(std::int64_t index) const noexcept;

  /// Kept blocks; with Select::threshold at most so many, and so many have room.
  std::int64_t kept_blocks() const noexcept { return kept_blocks_; }
  /// Among how many blocks the kept ones of `panel` are chosen, and how many of them are kept (with
  /// threshold: at most).
  std::int64_t unit_blocks(const PanelExtent& panel) const noexcept;
  std::int64_t unit_kept(const PanelExtent& panel) const noexcept;
  std::int64_t total_blocks() const noexcept { return total_blocks_; }
  std::int64_t mask_words() const noexcept { return mask_words_; }        ///< 32-bit words
  std::int64_t column_starts() const noexcept { return column_starts_; }  ///< 32-bit entries

  std::int64_t value_bytes(DType dtype) const noexcept;
  std::int64_t mask_bytes() const noexcept { return mask_words_ * 4; }
  std::int64_t column_start_bytes() const noexcept { return column_starts_ * 4; }
  std::int64_t scales() const noexcept;  ///< 32-bit floats: one a kept block where rescaled, else 0
  std::int64_t scale_bytes() const noexcept { return scales() * 4; }
  /// Mask, column starts and scales together.
  std::int64_t index_bytes() const noexcept {
    return mask_bytes() + column_start_bytes() + scale_bytes();
  }

  friend bool operator==(const PanelLayout&, const PanelLayout&) = default;

 private:
  void count_kept(std::int64_t last_row_blocks);

  BlockSpec spec_;
  std::int64_t groups_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  std::int64_t col_blocks_ = 0;
  std::int64_t row_blocks_ = 0;        ///< of one group
  std::int64_t full_blocks_ = 0;       ///< blocks of a full panel
  std::int64_t last_blocks_ = 0;       ///< blocks of the last panel of a group
  std::int64_t panel_row_blocks_ = 1;  ///< of every panel but the last of a group
  std::int64_t panels_per_group_ = 0;
  std::int64_t full_kept_ = 0;  ///< kept blocks of a full panel, 0 where counts_follow_data
  std::int64_t last_kept_ = 0;  ///< kept blocks of the last panel of a group
  std::int64_t full_words_ = 0;
  std::int64_t last_words_ = 0;
  std::int64_t kept_blocks_ = 0;
  std::int64_t total_blocks_ = 0;
  std::int64_t mask_words_ = 0;
  std::int64_t column_starts_ = 0;
};

}  // namespace actscope::kernels
