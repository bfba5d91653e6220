// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "actscope/kernels/bsr_panels.hpp"

namespace actscope::kernels {

/// Rank of a block: its sum of squares, non-finite ones above all.
inline double selection_key(double sum_of_squares) {
  return std::isfinite(sum_of_squares) ? sum_of_squares : std::numeric_limits<double>::infinity();
}

/// Writes mask and column starts of one panel from the selection keys of its blocks: the largest
/// `panel.kept_blocks`, ties to the lower block number.
inline void write_selection(const PanelLayout& layout, const PanelExtent& panel,
                            std::span<const double> keys, const BlockIndex& index) {
  std::vector<std::int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto ranks_before = [&](std::int64_t a, std::int64_t b) {
    const double ka = keys[static_cast<std::size_t>(a)];
    const double kb = keys[static_cast<std::size_t>(b)];
    return ka != kb ? ka > kb : a < b;
  };
  if (panel.kept_blocks < panel.blocks) {
    std::nth_element(order.begin(), order.begin() + panel.kept_blocks, order.end(), ranks_before);
  }
  std::uint32_t* mask = index.mask + panel.mask_word;
  std::fill_n(mask, (panel.blocks + 31) / 32, 0U);
  std::uint32_t* starts = index.column_starts + panel.column_start;
  std::fill_n(starts, layout.col_blocks() + 1, 0U);
  for (std::int64_t i = 0; i < panel.kept_blocks; ++i) {
    const std::int64_t block = order[static_cast<std::size_t>(i)];
    mask[block / 32] |= 1U << (block % 32);
    ++starts[block / panel.row_blocks + 1];
  }
  for (std::int64_t c = 0; c < layout.col_blocks(); ++c) starts[c + 1] += starts[c];
}

/// Kept blocks among the numbers [first, end) of a panel.
inline std::uint32_t count_kept(const std::uint32_t* panel_mask, std::int64_t first,
                                std::int64_t end) {
  std::uint32_t count = 0;
  while (first < end) {
    const std::int64_t bits = std::min(32 - first % 32, end - first);
    const std::uint32_t wanted = bits == 32 ? ~0U : (1U << bits) - 1;
    count += static_cast<std::uint32_t>(
        std::popcount((panel_mask[first / 32] >> (first % 32)) & wanted));
    first += bits;
  }
  return count;
}

/// Rebuilds the column starts of one panel from its mask.
inline void count_column_starts(const PanelLayout& layout, const PanelExtent& panel,
                                const BlockIndex& index) {
  const std::uint32_t* mask = index.mask + panel.mask_word;
  std::uint32_t* starts = index.column_starts + panel.column_start;
  std::uint32_t kept = 0;
  for (std::int64_t c = 0; c < layout.col_blocks(); ++c) {
    starts[c] = kept;
    kept += count_kept(mask, c * panel.row_blocks, (c + 1) * panel.row_blocks);
  }
  starts[layout.col_blocks()] = kept;
}

}  // namespace actscope::kernels
