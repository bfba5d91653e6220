// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace actscope::core {

/// One way of keeping a block. Units: bytes; cost in any unit, added up.
struct BlockOption {
  std::int64_t saved_bytes = 0;
  std::int64_t forward_transient_bytes = 0;   ///< above what is live when its forward begins
  std::int64_t backward_transient_bytes = 0;  ///< above what is live when its backward begins
  double cost = 0;
};

/// A training step of equal blocks, as far as memory goes.
struct StepShape {
  std::int64_t blocks = 0;
  std::int64_t base_bytes = 0;            ///< live all the time: parameters, moments, batch
  std::int64_t map_bytes = 0;             ///< one activation map between blocks
  std::int64_t block_gradient_bytes = 0;  ///< parameter gradients of one block
  std::int64_t tail_gradient_bytes = 0;   ///< those that backward makes before the blocks'
  std::int64_t floor_bytes = 0;           ///< peak outside the blocks: optimizer, stem
};

/// Highest bytes of a step whose blocks are kept as `choice` says: forward of block i holds what
/// the blocks before it saved, backward what it and those before it saved and the gradients of
/// those behind it.
std::int64_t peak_of(const StepShape& step, const std::vector<BlockOption>& options,
                     const std::vector<std::size_t>& choice);

/// The choice of an option a block with the least cost whose peak is within the budget: a
/// multiple-choice knapsack, solved by dynamic programming over the bytes saved by the blocks so
/// far, in `buckets` steps rounded up. Never above the budget; above the least cost only where the
/// rounding, at most blocks / buckets of the budget, decides.
/// Absent: nothing fits.
std::optional<std::vector<std::size_t>> cheapest_within(const StepShape& step,
                                                        const std::vector<BlockOption>& options,
                                                        std::int64_t budget_bytes,
                                                        std::int64_t buckets = 1 << 13);

/// The least budget that some choice keeps.
/// Requires at least one option
std::int64_t least_budget(const StepShape& step, const std::vector<BlockOption>& options);

}  // namespace actscope::core
