// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/compress.hpp"
#include "common/sampling.hpp"
#include "launch.cuh"
#include "matrix_values.cuh"
#include "radix_select.cuh"

namespace actscope::kernels::cuda {

/// Keys that order blocks as their norms do: the bits of a non-negative double grow with it. A
/// thread block takes whole blocks of one row of blocks, a thread a column of elements at a time:
/// neighbors read neighboring memory. Sums go down each column of a block, then over its columns,
/// as the reference's do, so that selection agrees.
// values groups × [rows, cols]; keys [total blocks], in the order of the block numbers
template <class Values>
__global__ void key_kernel(Values values, DeviceLayout layout, BlockSpec spec, Draw draw,
                           std::uint64_t* keys, KeyPlan plan) {
  __shared__ double column_sums[most_key_columns];
  for (std::int64_t item = blockIdx.x; item < plan.items; item += gridDim.x) {
    const std::int64_t tile = item % plan.tiles_across;
    const std::int64_t row_block = item / plan.tiles_across % plan.group_row_blocks;
    const std::int64_t group = item / plan.tiles_across / plan.group_row_blocks;
    const std::int64_t panel = row_block * layout.block_rows / layout.panel_rows;
    const PanelPlace place = layout.place(group * layout.panels_per_group + panel);
    const std::int64_t r = row_block - panel * layout.panel_rows / layout.block_rows;
    const std::int64_t first_row = place.first_row + r * layout.block_rows;
    const std::int64_t rows = min(layout.block_rows, layout.rows - first_row);
    const std::int64_t first_col = tile * plan.tile_columns;
    const std::int64_t cols = min(plan.tile_columns, layout.cols - first_col);
    __syncthreads();  // sums of the item before have been read
    for (std::int64_t j = threadIdx.x; j < cols; j += blockDim.x) {
      double sum = 0;
#pragma unroll 4
      for (std::int64_t i = 0; i < rows; ++i) {
        const SumOf<typename Values::Element> element = values(group, first_row + i, first_col + j);
        const double value = element;
        sum = __dadd_rn(sum, __dmul_rn(value, value));
      }
      column_sums[j] = sum;
    }
    __syncthreads();
    for (std::int64_t j = threadIdx.x * layout.block_cols; j < cols;
         j += blockDim.x * layout.block_cols) {
      double sum = 0;
      for (std::int64_t k = j; k < min(j + layout.block_cols, cols); ++k) {
        sum = __dadd_rn(sum, column_sums[k]);
      }
      const std::int64_t c = (first_col + j) / layout.block_cols;
      const std::int64_t block = place.first_block + c * place.row_blocks + r;
      keys[block] = key_bits(selection_key(spec, sum, draw.seed, draw.first_block + block));
    }
  }
}

template <class Values>
void write_keys(void* stream, const Values& values, const PanelLayout& layout, const Draw& draw,
                std::uint64_t* keys) {
  const KeyPlan plan = plan_keys(layout);
  launch("select_blocks, keys", plan_grid(plan.items, 1, key_threads), stream, key_kernel<Values>,
         values, make_device_layout(layout), layout.spec(), draw, keys, plan);
}

}  // namespace actscope::kernels::cuda
