// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divider.hpp"
#include "launch.cuh"
#include "matrix_values.cuh"

/// Dense to panels. One warp owns one block column of one panel: it walks the column's blocks from
/// top to bottom, so that the place of each kept block is a running count.
namespace actscope::kernels::cuda {

inline constexpr unsigned copy_threads = 128;
inline constexpr std::int64_t copy_warps = copy_threads / warp_threads;

/// What a warp works on; `lane` strides over the elements of a block.
struct WarpWalk {
  std::int64_t first;   ///< first item of this warp
  std::int64_t stride;  ///< warps in the grid
  int lane;
};

__device__ inline WarpWalk warp_walk() {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  return {thread / warp_threads, std::int64_t{gridDim.x} * blockDim.x / warp_threads,
          static_cast<int>(threadIdx.x % warp_threads)};
}

/// Copies a whole block of a stored matrix, 16 bytes a lane.
template <class T>
__device__ void copy_block(const T* from, std::int64_t row_stride, int elements, int lane,
                           const Divider& block_cols, T* to) {
  constexpr int chunk = 16 / sizeof(T);
  for (int e = lane * chunk; e < elements; e += static_cast<int>(warp_threads) * chunk) {
    const int row = block_cols.quotient(e);
    const T* chunk_from = from + row * row_stride + (e - row * block_cols.divisor());
    *reinterpret_cast<uint4*>(to + e) = *reinterpret_cast<const uint4*>(chunk_from);
  }
}

/// Copies or computes a block element by element, padded with zeros and scaled.
template <class Values, class T>
__device__ void make_block(const Values& values, const DeviceLayout& layout,
                           const PanelPlace& place, std::int64_t first_row, std::int64_t first_col,
                           float scale, int lane, const Divider& block_cols, T* to) {
  const int elements = static_cast<int>(layout.block_elements());
  for (int e = lane; e < elements; e += static_cast<int>(warp_threads)) {
    const int i = block_cols.quotient(e);
    const std::int64_t row = first_row + i;
    const std::int64_t col = first_col + e - i * block_cols.divisor();
    const bool inside = row < place.rows && col < layout.cols;
    to[e] = scaled(inside ? values(place.group, place.first_row + row, col) : T{0}, scale);
  }
}

// values groups × [rows, cols]; to [kept blocks, block_rows, block_cols]
template <class Values>
__global__ void gather_kernel(Values values, DeviceLayout layout, ConstBlockIndex index,
                              typename Values::Element* to, std::int64_t first_panel,
                              std::int64_t panels, Divider block_cols, bool is_aligned) {
  const WarpWalk walk = warp_walk();
  for (std::int64_t item = walk.first; item < panels * layout.col_blocks; item += walk.stride) {
    const PanelPlace place = layout.place(first_panel + item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      if (!is_kept(words, column * place.row_blocks + r)) continue;
      auto* block = to + position * layout.block_elements();
      const std::int64_t first_row = r * layout.block_rows;
      const std::int64_t first_col = column * layout.block_cols;
      const bool is_whole = first_row + layout.block_rows <= place.rows &&
                            first_col + layout.block_cols <= layout.cols;
      if constexpr (requires { values.x; }) {
        if (is_aligned && is_whole) {
          copy_block(values.x.row(place.group, place.first_row + first_row) + first_col,
                     values.x.row_stride, static_cast<int>(layout.block_elements()), walk.lane,
                     block_cols, block);
          ++position;
          continue;
        }
      }
      const float scale = index.scales == nullptr ? 1.0F : index.scales[position];
      make_block(values, layout, place, first_row, first_col, scale, walk.lane, block_cols, block);
      ++position;
    }
  }
}

/// Whether whole blocks of x may be copied in chunks of 16 bytes: rows and blocks begin at
/// multiples of that, and nothing is scaled.
inline bool copies_chunks(const ConstMatrixView& x, const BsrPanels& panels) {
  const std::int64_t size = size_of(x.dtype);
  const auto address =
      reinterpret_cast<std::uintptr_t>(x.data) | reinterpret_cast<std::uintptr_t>(panels.values);
  return panels.layout.scales() == 0 && address % 16 == 0 && x.row_stride * size % 16 == 0 &&
         x.group_stride * size % 16 == 0 && panels.layout.block_cols() * size % 16 == 0;
}

template <class Values>
void gather_values(void* stream, const Values& values, const BsrPanels& panels, PanelRange range,
                   bool is_aligned) {
  const DeviceLayout layout = make_device_layout(panels.layout);
  ConstBlockIndex index = as_const(panels.index);
  if (panels.layout.scales() == 0) index.scales = nullptr;
  launch("gather_blocks", plan_grid(range.count * layout.col_blocks, copy_warps, copy_threads),
         stream, gather_kernel<Values>, values, layout, index,
         static_cast<typename Values::Element*>(panels.values), range.first, range.count,
         Divider(layout.block_cols), is_aligned);
}

}  // namespace actscope::kernels::cuda
