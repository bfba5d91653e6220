// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "actscope/kernels/bsr_panels.hpp"

/// Masks and column starts on the host.
namespace actscope::kernels {

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

/// Rebuilds the column starts of one panel from its mask, counting inside the panel.
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

/// Where counts_follow_data: lets column starts that count inside panels count through the matrix.
inline void chain_column_starts(const PanelLayout& layout, const BlockIndex& index) {
  if (!counts_follow_data(layout.spec().select)) return;
  std::uint32_t kept = 0;
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    std::uint32_t* starts = index.column_starts + layout.panel(p).column_start;
    for (std::int64_t c = 0; c <= layout.col_blocks(); ++c) starts[c] += kept;
    kept = starts[layout.col_blocks()];
  }
}

}  // namespace actscope::kernels
