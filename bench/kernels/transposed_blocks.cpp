// SPDX-License-Identifier: Apache-2.0
#include "transposed_blocks.hpp"

namespace actscope::bench {
namespace {

// Element (feature, depth) of Xᵀ, which is kept as [depth, features]; 0 in the padding.
float at(const DenseProduct& p, const std::vector<float>& x, std::int64_t feature,
         std::int64_t depth) {
  if (feature >= p.features || depth >= p.depth) return 0;
  return x[static_cast<std::size_t>(depth * p.features + feature)];
}

void append_block(TransposedBlocks& to, const DenseProduct& p, const std::vector<float>& x,
                  std::int64_t row, std::int64_t column) {
  to.columns.push_back(static_cast<std::int32_t>(column));
  for (std::int64_t f = 0; f < to.block; ++f) {
    for (std::int64_t d = 0; d < to.block; ++d) {
      to.values.push_back(at(p, x, row * to.block + f, column * to.block + d));
    }
  }
}

}  // namespace

std::optional<std::int64_t> TransposedBlocks::blocks_a_row() const {
  for (std::size_t row = 1; row < row_starts.size(); ++row) {
    if (row_starts[row] - row_starts[row - 1] != row_starts[1]) return std::nullopt;
  }
  return row_starts.size() < 2 ? 0 : row_starts[1];
}

std::string reason_against_blocks(const Problem& problem, const kernels::BlockSpec& spec) {
  if (spec.block_rows != spec.block_cols) return "it takes square blocks only";
  if (problem.is_mixing() && problem.cols % spec.block_cols != 0) {
    return "blocks of token-mix would reach across two images";
  }
  return {};
}

TransposedBlocks transposed_blocks(const Problem& problem, const kernels::BlockSpec& spec,
                                   const PrunedInput& pruned) {
  const DenseProduct& p = problem.dense;
  TransposedBlocks blocks;
  blocks.block = spec.block_rows;
  blocks.row_blocks = (p.features + blocks.block - 1) / blocks.block;
  blocks.col_blocks = (p.depth + blocks.block - 1) / blocks.block;
  blocks.row_starts.push_back(0);
  for (std::int64_t row = 0; row < blocks.row_blocks; ++row) {
    for (std::int64_t column = 0; column < blocks.col_blocks; ++column) {
      if (at(p, pruned.mask, row * blocks.block, column * blocks.block) == 0) continue;
      append_block(blocks, p, pruned.x, row, column);
    }
    blocks.row_starts.push_back(static_cast<std::int32_t>(blocks.columns.size()));
  }
  return blocks;
}

std::vector<float> blocked_ell_values(const TransposedBlocks& blocks) {
  const std::int64_t side = blocks.block, a_row = *blocks.blocks_a_row();
  std::vector<float> values;
  values.reserve(blocks.values.size());
  for (std::int64_t feature = 0; feature < blocks.features(); ++feature) {
    for (std::int64_t i = 0; i < a_row; ++i) {
      const std::int64_t block = feature / side * a_row + i;
      const float* row = blocks.values.data() + (block * side + feature % side) * side;
      values.insert(values.end(), row, row + side);
    }
  }
  return values;
}

}  // namespace actscope::bench
