// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "problem.hpp"

namespace actscope::bench {

/// Xᵀ [features, depth] of a pruned input as the square blocks that cuSPARSE takes, padded with
/// zeros to whole blocks: block row by block row, row-major inside a block.
struct TransposedBlocks {
  std::int64_t block = 0;                ///< side
  std::int64_t row_blocks = 0;           ///< of features
  std::int64_t col_blocks = 0;           ///< of depth
  std::vector<std::int32_t> row_starts;  ///< row_blocks + 1: first block of each block row
  std::vector<std::int32_t> columns;     ///< block column of each kept block, rising in a row
  std::vector<float> values;             ///< kept blocks × [block, block]

  std::int64_t features() const { return row_blocks * block; }  ///< padding included
  std::int64_t depth() const { return col_blocks * block; }     ///< padding included
  std::int64_t kept_blocks() const { return static_cast<std::int64_t>(columns.size()); }

  /// Blocks of a block row where all have as many; nothing where they differ.
  std::optional<std::int64_t> blocks_a_row() const;
};

/// Why blocks of this spec are none of Xᵀ: not square, or across the images of token-mix. Empty:
/// they are.
std::string reason_against_blocks(const Problem& problem, const kernels::BlockSpec& spec);

/// Requires reason_against_blocks() empty
TransposedBlocks transposed_blocks(const Problem& problem, const kernels::BlockSpec& spec,
                                   const PrunedInput& pruned);

/// The same values in the order of Blocked-ELL: row-major [features, kept columns], so that a row
/// of numbers runs through all blocks of its block row.
/// Requires blocks.blocks_a_row()
std::vector<float> blocked_ell_values(const TransposedBlocks& blocks);

}  // namespace actscope::bench
