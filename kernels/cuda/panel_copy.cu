// SPDX-License-Identifier: Apache-2.0
// Dense to panels and back. One warp owns one block column of one panel: it walks the column's
// blocks from top to bottom, so that the place of each kept block is a running count.
#include "common/sum_of.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned copy_threads = 128;
constexpr std::int64_t copy_warps = copy_threads / warp_threads;

/// What a warp works on; `lane` strides over the elements of a block.
struct WarpWalk {
  std::int64_t first;   ///< first item of this warp
  std::int64_t stride;  ///< warps in the grid
  int lane;
};

__device__ WarpWalk warp_walk() {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  return {thread / warp_threads, std::int64_t{gridDim.x} * blockDim.x / warp_threads,
          static_cast<int>(threadIdx.x % warp_threads)};
}

// x groups × [rows, cols]; values [kept blocks, block_rows, block_cols]
template <class T>
__global__ void gather_kernel(DeviceMatrix<const T> x, DeviceLayout layout, ConstBlockIndex index,
                              T* values, std::int64_t first_panel, std::int64_t panels) {
  const WarpWalk walk = warp_walk();
  for (std::int64_t item = walk.first; item < panels * layout.col_blocks; item += walk.stride) {
    const PanelPlace place = layout.place(first_panel + item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      if (!is_kept(words, column * place.row_blocks + r)) continue;
      T* block = values + position * layout.block_elements();
      for (std::int64_t e = walk.lane; e < layout.block_elements(); e += warp_threads) {
        const std::int64_t row = r * layout.block_rows + e / layout.block_cols;
        const std::int64_t col = column * layout.block_cols + e % layout.block_cols;
        const bool inside = row < place.rows && col < layout.cols;
        const T value = inside ? x.row(place.group, place.first_row + row)[col] : T{0};
        block[e] = index.scales == nullptr ? value : scaled(value, index.scales[position]);
      }
      ++position;
    }
  }
}

// values [kept blocks, block_rows, block_cols]; out groups × [rows, cols]
template <class T>
__global__ void decompress_kernel(const T* values, DeviceLayout layout, ConstBlockIndex index,
                                  DeviceMatrix<T> out) {
  const WarpWalk walk = warp_walk();
  const std::int64_t items = layout.panels() * layout.col_blocks;
  for (std::int64_t item = walk.first; item < items; item += walk.stride) {
    const PanelPlace place = layout.place(item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      const bool kept = is_kept(words, column * place.row_blocks + r);
      const T* block = values + position * layout.block_elements();
      for (std::int64_t e = walk.lane; e < layout.block_elements(); e += warp_threads) {
        const std::int64_t row = r * layout.block_rows + e / layout.block_cols;
        const std::int64_t col = column * layout.block_cols + e % layout.block_cols;
        if (row >= place.rows || col >= layout.cols) continue;
        out.row(place.group, place.first_row + row)[col] = kept ? block[e] : T{0};
      }
      if (kept) ++position;
    }
  }
}

}  // namespace

void gather_blocks(void* stream, const ConstMatrixView& x, const BsrPanels& panels,
                   PanelRange range) {
  const DeviceLayout layout = make_device_layout(panels.layout);
  ConstBlockIndex index = as_const(panels.index);
  if (panels.layout.scales() == 0) index.scales = nullptr;
  with_type(panels.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("gather_blocks", plan_grid(range.count * layout.col_blocks, copy_warps, copy_threads),
           stream, gather_kernel<T>, device_matrix<const T>(x), layout, index,
           static_cast<T*>(panels.values), range.first, range.count);
  });
}

void decompress(void* stream, const ConstBsrPanels& panels, const MatrixView& out) {
  const DeviceLayout layout = make_device_layout(panels.layout);
  with_type(panels.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("decompress", plan_grid(layout.panels() * layout.col_blocks, copy_warps, copy_threads),
           stream, decompress_kernel<T>, static_cast<const T*>(panels.values), layout, panels.index,
           device_matrix<T>(out));
  });
}

}  // namespace actscope::kernels::cuda
