// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/panel_layout.hpp"

namespace actscope::kernels::cuda {

/// How many thread blocks of how many threads. Kernels walk their items in strides of the grid, so
/// that a grid below the number of items is slower, never wrong.
struct GridPlan {
  unsigned blocks = 0;  ///< 0: nothing to launch
  unsigned threads = 0;
  unsigned shared_bytes = 0;  ///< dynamic shared memory of a thread block
};

inline constexpr unsigned warp_threads = 32;
/// Far above what fills any device, far below the limit of a grid (2^31 − 1).
inline constexpr std::int64_t most_grid_blocks = 1 << 20;

/// A grid that gives each thread block `items_per_block` of `items`.
/// Requires items_per_block >= 1, threads >= 1
GridPlan plan_grid(std::int64_t items, std::int64_t items_per_block, unsigned threads);

/// Tile of a product that one thread block of 256 threads owns: 64 rows of the left operand times
/// `columns` of a block's side, `columns_per_thread` of them in the registers of a thread.
struct TilePlan {
  int columns_per_thread = 1;  ///< 1, 2, 4 or 8: the kernel's template argument
  int columns = 4;             ///< 4 · columns_per_thread
  std::int64_t tiles = 0;      ///< tiles that cover one block side
};

inline constexpr std::int64_t tile_left = 64;  ///< left-operand rows of a tile
inline constexpr int tile_depth = 16;          ///< reduction steps staged at a time
inline constexpr unsigned tile_threads = 256;

/// The smallest tile that covers a block side, or the largest there is, repeated.
/// Requires block_side >= 1
TilePlan plan_tile(std::int64_t block_side);

/// How block norms are shared out: an item is a row of blocks times `tile_columns` columns.
struct KeyPlan {
  std::int64_t items = 0;
  std::int64_t tiles_across = 0;
  std::int64_t tile_columns = 0;  ///< whole blocks, about a column a thread
  std::int64_t group_row_blocks = 0;
};

inline constexpr unsigned key_threads = 256;
inline constexpr int most_key_columns = 1024;  ///< the widest block

KeyPlan plan_keys(const PanelLayout& layout);

/// Scratch memory of select_blocks: one 64-bit key a block, then one UnitLimit a unit where
/// needs_units, then a GlobalSelection where selects_over_device. Units: bytes.
std::int64_t select_workspace_bytes(const PanelLayout& layout);

/// The largest thread block that selects: kernels are compiled for it (`__launch_bounds__`).
inline constexpr unsigned most_select_threads = 1024;

/// Threads of the thread block that selects inside one panel: enough for its blocks, 32 to
/// most_select_threads.
unsigned select_threads(std::int64_t blocks_of_panel);

}  // namespace actscope::kernels::cuda
