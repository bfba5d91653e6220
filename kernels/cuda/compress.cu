// SPDX-License-Identifier: Apache-2.0
// Selection: a key a block (its norm), then the largest keys of each panel as a bitmask.
#include "common/sampling.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"
#include "radix_select.cuh"
#include "unit_plan.hpp"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned key_threads = 128;
constexpr unsigned start_threads = 128;
/// Keys that order blocks as their norms do: the bits of a non-negative double grow with it. One
/// thread sums one block column by column, as the reference does, so that selection agrees.
// x groups × [rows, cols]; keys [total blocks], in the order of the block numbers
template <class T>
__global__ void key_kernel(DeviceMatrix<const T> x, DeviceLayout layout, BlockSpec spec, Draw draw,
                           std::uint64_t* keys, std::int64_t group_blocks) {
  const std::int64_t blocks = layout.groups * group_blocks;
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t item = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; item < blocks;
       item += stride) {
    const std::int64_t group = item / group_blocks;
    const std::int64_t in_group = item % group_blocks;
    std::int64_t panel = in_group / layout.full.blocks;
    if (panel >= layout.panels_per_group) panel = layout.panels_per_group - 1;
    const PanelPlace place = layout.place(group * layout.panels_per_group + panel);
    // Neighboring threads take neighboring columns: they read neighboring memory.
    const std::int64_t in_panel = in_group - panel * layout.full.blocks;
    const std::int64_t r = in_panel / layout.col_blocks;
    const std::int64_t c = in_panel % layout.col_blocks;
    const std::int64_t first_row = r * layout.block_rows;
    const std::int64_t first_col = c * layout.block_cols;
    const std::int64_t rows = min(layout.block_rows, place.rows - first_row);
    const std::int64_t cols = min(layout.block_cols, layout.cols - first_col);
    double sum = 0;
    for (std::int64_t j = 0; j < cols; ++j) {
      double column = 0;
      for (std::int64_t i = 0; i < rows; ++i) {
        const double value = x.row(place.group, place.first_row + first_row + i)[first_col + j];
        column = __dadd_rn(column, __dmul_rn(value, value));
      }
      sum = __dadd_rn(sum, column);
    }
    const std::int64_t block = place.first_block + c * place.row_blocks + r;
    keys[block] = key_bits(selection_key(spec, sum, draw.seed, draw.first_block + block));
  }
}

/// One thread block selects inside one panel: keys above the threshold, then, in the order of the
/// block numbers, as many equal ones as are wanted.
__global__ void select_kernel(const std::uint64_t* all_keys, DeviceLayout layout,
                              std::uint32_t* mask) {
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

void select_blocks(void* stream, const ConstMatrixView& x, const PanelLayout& host_layout,
                   const BlockIndex& index, void* workspace, const Draw& draw) {
  const DeviceLayout layout = make_device_layout(host_layout);
  const std::int64_t group_blocks =
      (layout.panels_per_group - 1) * layout.full.blocks + layout.last.blocks;
  auto* keys = static_cast<std::uint64_t*>(workspace);
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("select_blocks, keys", plan_grid(host_layout.total_blocks(), key_threads, key_threads),
           stream, key_kernel<T>, device_matrix<const T>(x), layout, host_layout.spec(), draw, keys,
           group_blocks);
  });
  if (needs_units(host_layout.spec())) {
    select_in_units(stream, host_layout, index, draw, workspace);
  } else if (host_layout.total_blocks() > 0) {
    launch("select_blocks", plan_grid(layout.panels(), 1, select_threads(layout.full.blocks)),
           stream, select_kernel, static_cast<const std::uint64_t*>(keys), layout, index.mask);
  }
  column_starts_from_mask(stream, host_layout, index);
  write_scales(stream, host_layout, index, draw, workspace);
}

}  // namespace actscope::kernels::cuda
