// SPDX-License-Identifier: Apache-2.0
#include "kernels/transposed_blocks.hpp"

#include <gtest/gtest.h>

#include "small_problem.hpp"

namespace actscope::bench::test {
namespace {

using Floats = std::vector<float>;
using Indices = std::vector<std::int32_t>;

// X [4, 3], depth by features, in 2x2 blocks; the block of rows 2, 3 and columns 0, 1 is dropped.
struct Hand {
  Problem problem;
  kernels::BlockSpec spec{.block_rows = 2, .block_cols = 2, .sparsity_ratio = 0.25};
  PrunedInput pruned;

  Hand() {
    problem.shape = "fc1";
    problem.dense.depth = 4;
    problem.dense.outputs = 1;
    problem.dense.features = 3;
    pruned.x = {1, 2, 3,  //
                4, 5, 6,  //
                0, 0, 7,  //
                0, 0, 8};
    pruned.mask = {1, 1, 1,  //
                   1, 1, 1,  //
                   0, 0, 1,  //
                   0, 0, 1};
  }
};

TEST(TransposedBlocks, AreRowMajorBlocksOfTheTranspose) {
  const Hand hand;
  const TransposedBlocks blocks = transposed_blocks(hand.problem, hand.spec, hand.pruned);
  EXPECT_EQ(blocks.row_blocks, 2);
  EXPECT_EQ(blocks.col_blocks, 2);
  EXPECT_EQ(blocks.row_starts, (Indices{0, 1, 3}));
  EXPECT_EQ(blocks.columns, (Indices{0, 0, 1}));
  // Xᵀ is 1 4 0 0 / 2 5 0 0 / 3 6 7 8, and a row of zeros to fill the blocks.
  EXPECT_EQ(blocks.values, (Floats{1, 4, 2, 5,  //
                                   3, 6, 0, 0,  //
                                   7, 8, 0, 0}));
  EXPECT_EQ(blocks.features(), 4);
  EXPECT_FALSE(blocks.blocks_a_row());
}

TEST(BlockedEll, HasTheBlocksOfARowSideBySide) {
  Hand hand;
  hand.problem.dense.features = 2;
  hand.pruned.x = {1, 2,  //
                   3, 4,  //
                   5, 6,  //
                   7, 8};
  hand.pruned.mask = Floats(8, 1);
  const TransposedBlocks blocks = transposed_blocks(hand.problem, hand.spec, hand.pruned);
  EXPECT_EQ(blocks.values, (Floats{1, 3, 2, 4, 5, 7, 6, 8}));
  ASSERT_EQ(blocks.blocks_a_row(), 2);
  EXPECT_EQ(blocked_ell_values(blocks), (Floats{1, 3, 5, 7, 2, 4, 6, 8}));
}

// Xᵀ rebuilt element by element, padding left out, transposed back.
Floats rebuilt(const TransposedBlocks& blocks, const DenseProduct& p) {
  Floats x(p.x.size(), 0);
  const std::int64_t side = blocks.block;
  for (std::int64_t row = 0; row < blocks.row_blocks; ++row) {
    for (std::int32_t i = blocks.row_starts[static_cast<std::size_t>(row)];
         i < blocks.row_starts[static_cast<std::size_t>(row + 1)]; ++i) {
      for (std::int64_t e = 0; e < side * side; ++e) {
        const std::int64_t feature = row * side + e / side;
        const std::int64_t depth = blocks.columns[static_cast<std::size_t>(i)] * side + e % side;
        const float value = blocks.values[static_cast<std::size_t>(i * side * side + e)];
        if (feature >= p.features || depth >= p.depth) {
          EXPECT_EQ(value, 0) << "padding";
        } else {
          x[static_cast<std::size_t>(depth * p.features + feature)] = value;
        }
      }
    }
  }
  return x;
}

TEST(TransposedBlocks, HoldWhatTheReferenceKeeps) {
  // 150 tokens and 196 positions are no whole numbers of blocks.
  for (const char* shape : {"fc1", "fc2", "token-mix"}) {
    const Problem problem = make_problem(shape, random_activations(150, 2), 0);
    for (const std::int64_t side : {4, 16, 64}) {
      const kernels::BlockSpec spec{.block_rows = side, .block_cols = side, .sparsity_ratio = 0.75};
      ASSERT_EQ(reason_against_blocks(problem, spec), "");
      const PrunedInput pruned = prune(problem, spec);
      const TransposedBlocks blocks = transposed_blocks(problem, spec, pruned);
      EXPECT_EQ(rebuilt(blocks, problem.dense), pruned.x) << shape << " " << side;
    }
  }
}

TEST(BlockedEll, OfASelectionByColumnIsEven) {
  const Problem problem = make_problem("fc1", random_activations(150), 0);
  const kernels::BlockSpec spec{
      .block_rows = 16, .block_cols = 16, .sparsity_ratio = 0.7, .select = kernels::Select::column};
  const PrunedInput pruned = prune(problem, spec);
  const TransposedBlocks blocks = transposed_blocks(problem, spec, pruned);
  ASSERT_EQ(blocks.blocks_a_row(), 3) << "of ten, three tenths";
  // Row f of the values holds X's column f, block by block.
  const Floats values = blocked_ell_values(blocks);
  const std::int64_t width = 3 * 16;
  ASSERT_EQ(values.size(), static_cast<std::size_t>(channels * width));
  for (std::int64_t f = 0; f < channels; ++f) {
    for (std::int64_t i = 0; i < width; ++i) {
      const std::int64_t token =
          blocks.columns[static_cast<std::size_t>(f / 16 * 3 + i / 16)] * 16 + i % 16;
      const float expected =
          token < 150 ? pruned.x[static_cast<std::size_t>(token * channels + f)] : 0;
      ASSERT_EQ(values[static_cast<std::size_t>(f * width + i)], expected) << f << " " << i;
    }
  }
}

TEST(TransposedBlocks, SomeBlocksAreNone) {
  const Problem fc1 = make_problem("fc1", random_activations(16), 0);
  EXPECT_NE(reason_against_blocks(fc1, {.block_rows = 8, .block_cols = 64}), "");
  const Problem mixing = make_problem("token-mix", random_activations(1), 0);
  EXPECT_EQ(reason_against_blocks(mixing, {.block_rows = 16, .block_cols = 16}), "");
  EXPECT_NE(reason_against_blocks(mixing, {.block_rows = 5, .block_cols = 5}), "");
}

}  // namespace
}  // namespace actscope::bench::test
