// SPDX-License-Identifier: Apache-2.0
// Selection: a key a block (its norm), then the largest keys of each panel as a bitmask.
#include "block_keys.cuh"
#include "kernels.hpp"
#include "unit_plan.hpp"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned start_threads = 128;

/// One thread block selects inside one panel: keys above the threshold, then, in the order of the
/// block numbers, as many equal ones as are wanted; and counts where columns start.
__global__ void __launch_bounds__(most_select_threads)
    select_kernel(const std::uint64_t* all_keys, DeviceLayout layout, std::uint32_t* mask,
                  std::uint32_t* column_starts) {
  for (std::int64_t panel = blockIdx.x; panel < layout.panels(); panel += gridDim.x) {
    const PanelPlace place = layout.place(panel);
    const auto keys = [&](std::int64_t i) { return all_keys[place.first_block + i]; };
    const Threshold least = find_threshold(keys, place.blocks, place.kept_blocks);
    rank_equals(keys, place.blocks, least.key, [&](std::int64_t block, bool is_equal, auto rank) {
      const bool exists = block < place.blocks;
      const bool above = exists && keys(block) > least.key;
      const std::uint32_t word =
          __ballot_sync(~0u, above || (is_equal && rank < least.equals_wanted));
      if (threadIdx.x % warp_threads == 0 && exists) mask[place.mask_word + block / 32] = word;
    });
    __syncthreads();
    for (std::int64_t c = threadIdx.x; c <= layout.col_blocks; c += blockDim.x) {
      column_starts[place.column_start + c] =
          static_cast<std::uint32_t>(count_kept(mask + place.mask_word, 0, c * place.row_blocks));
    }
  }
}

__global__ void column_starts_kernel(DeviceLayout layout, const std::uint32_t* mask,
                                     std::uint32_t* column_starts) {
  const std::int64_t items = layout.panels() * (layout.col_blocks + 1);
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t item = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; item < items;
       item += stride) {
    const PanelPlace place = layout.place(item / (layout.col_blocks + 1));
    const std::int64_t column = item % (layout.col_blocks + 1);
    column_starts[item] = static_cast<std::uint32_t>(
        count_kept(mask + place.mask_word, 0, column * place.row_blocks));
  }
}

}  // namespace

void column_starts_from_mask(void* stream, const PanelLayout& host_layout,
                             const BlockIndex& index) {
  const DeviceLayout layout = make_device_layout(host_layout);
  launch("column_starts_from_mask",
         plan_grid(host_layout.column_starts(), start_threads, start_threads), stream,
         column_starts_kernel, layout, static_cast<const std::uint32_t*>(index.mask),
         index.column_starts);
  chain_column_starts(stream, host_layout, index.column_starts);
}

void select_by_keys(void* stream, const PanelLayout& host_layout, const BlockIndex& index,
                    void* workspace, const Draw& draw) {
  const DeviceLayout layout = make_device_layout(host_layout);
  if (!needs_units(host_layout.spec())) {
    launch("select_blocks", plan_grid(layout.panels(), 1, select_threads(layout.full.blocks)),
           stream, select_kernel, static_cast<const std::uint64_t*>(workspace), layout, index.mask,
           index.column_starts);
    return;
  }
  select_in_units(stream, host_layout, index, draw, workspace);
  column_starts_from_mask(stream, host_layout, index);
  write_scales(stream, host_layout, index, draw, workspace);
}

void select_blocks(void* stream, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void* workspace, const Draw& draw) {
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    write_keys(stream, StoredValues<T>{device_matrix<const T>(x)}, layout, draw,
               static_cast<std::uint64_t*>(workspace));
  });
  select_by_keys(stream, layout, index, workspace, draw);
}

}  // namespace actscope::kernels::cuda
