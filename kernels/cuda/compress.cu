// SPDX-License-Identifier: Apache-2.0
// Selection: a key a block (its norm), then the largest keys of each panel as a bitmask.
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned key_threads = 128;
constexpr unsigned start_threads = 128;
constexpr int digit_bits = 8;
constexpr unsigned digits = 1u << digit_bits;

/// Above the bits of every finite sum of squares; a sum that is not finite ranks first.
constexpr std::uint64_t nonfinite_key = ~std::uint64_t{0};

/// Keys that order blocks as their norms do: the bits of a non-negative double grow with it. One
/// thread sums one block column by column, as the reference does, so that selection agrees.
// x groups × [rows, cols]; keys [total blocks], in the order of the block numbers
template <class T>
__global__ void key_kernel(DeviceMatrix<const T> x, DeviceLayout layout, std::uint64_t* keys,
                           std::int64_t group_blocks) {
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
    keys[place.first_block + c * place.row_blocks + r] =
        isfinite(sum) ? static_cast<std::uint64_t>(__double_as_longlong(sum)) : nonfinite_key;
  }
}

/// The key of rank `wanted` (1 is the largest) found digit by digit from the top, and how many
/// blocks of exactly that key are still to be kept.
struct Threshold {
  std::uint64_t key;
  std::int64_t equals_wanted;
};

__device__ Threshold find_threshold(const std::uint64_t* keys, std::int64_t blocks,
                                    std::int64_t wanted) {
  __shared__ std::uint32_t histogram[digits];
  __shared__ Threshold found;
  std::uint64_t prefix = 0;
  std::uint64_t known = 0;
  for (int shift = 64 - digit_bits; shift >= 0; shift -= digit_bits) {
    for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) histogram[d] = 0;
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < blocks; i += blockDim.x) {
      // Whole numbers: the sum does not depend on the order of the additions.
      if ((keys[i] & known) == prefix) {
        atomicAdd(&histogram[(keys[i] >> shift) & (digits - 1)], 1u);
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      unsigned d = digits - 1;
      std::int64_t left = wanted;
      while (d > 0 && histogram[d] < left) left -= histogram[d--];
      found = {prefix | (std::uint64_t{d} << shift), left};
    }
    __syncthreads();
    prefix = found.key;
    wanted = found.equals_wanted;
    known |= std::uint64_t{digits - 1} << shift;
  }
  return {prefix, wanted};
}

/// One thread block selects inside one panel: keys above the threshold, then, in the order of the
/// block numbers, as many equal ones as are wanted.
__global__ void select_kernel(const std::uint64_t* all_keys, DeviceLayout layout,
                              std::uint32_t* mask) {
  __shared__ std::uint32_t equals_of_warp[32];
  const unsigned warp = threadIdx.x / warp_threads;
  const unsigned lane = threadIdx.x % warp_threads;
  for (std::int64_t panel = blockIdx.x; panel < layout.panels(); panel += gridDim.x) {
    const PanelPlace place = layout.place(panel);
    const std::uint64_t* keys = all_keys + place.first_block;
    const Threshold threshold = find_threshold(keys, place.blocks, place.kept_blocks);
    std::int64_t equals_before = 0;
    for (std::int64_t base = 0; base < place.blocks; base += blockDim.x) {
      const std::int64_t block = base + threadIdx.x;
      const bool exists = block < place.blocks;
      const bool equal = exists && keys[block] == threshold.key;
      const std::uint32_t equal_lanes = __ballot_sync(~0u, equal);
      if (lane == 0) equals_of_warp[warp] = __popc(equal_lanes);
      __syncthreads();
      std::int64_t rank = equals_before + __popc(equal_lanes & ((1u << lane) - 1));
      for (unsigned w = 0; w < blockDim.x / warp_threads; ++w) {
        if (w < warp) rank += equals_of_warp[w];
        equals_before += equals_of_warp[w];
      }
      const bool above = exists && keys[block] > threshold.key;
      const bool kept = above || (equal && rank < threshold.equals_wanted);
      const std::uint32_t word = __ballot_sync(~0u, kept);
      if (lane == 0 && exists) mask[place.mask_word + block / 32] = word;
      __syncthreads();
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
}

void select_blocks(void* stream, const ConstMatrixView& x, const PanelLayout& host_layout,
                   const BlockIndex& index, void* workspace) {
  const DeviceLayout layout = make_device_layout(host_layout);
  const std::int64_t group_blocks =
      (layout.panels_per_group - 1) * layout.full.blocks + layout.last.blocks;
  auto* keys = static_cast<std::uint64_t*>(workspace);
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("select_blocks, keys", plan_grid(host_layout.total_blocks(), key_threads, key_threads),
           stream, key_kernel<T>, device_matrix<const T>(x), layout, keys, group_blocks);
  });
  if (host_layout.total_blocks() > 0) {
    launch("select_blocks", plan_grid(layout.panels(), 1, select_threads(layout.full.blocks)),
           stream, select_kernel, static_cast<const std::uint64_t*>(keys), layout, index.mask);
  }
  column_starts_from_mask(stream, host_layout, index);
}

}  // namespace actscope::kernels::cuda
