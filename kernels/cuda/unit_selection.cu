// SPDX-License-Identifier: Apache-2.0
// Selection in units other than a panel, and scales: the limits of each unit, then masks, then the
// scales of kept blocks. (Plain selection inside panels has a kernel of its own in compress.cu.)
#include <algorithm>

#include "common/sampling.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"
#include "radix_select.cuh"
#include "unit_plan.hpp"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned mark_threads = 128;
constexpr unsigned chain_threads = 1024;
constexpr std::int64_t mark_warps = mark_threads / warp_threads;

/// Where the keys of a unit lie.
struct UnitKeys {
  const std::uint64_t* keys = nullptr;  // from the unit's first panel or first key on
  std::int64_t stride = 1;
  // Where the unit is a column: keys are adjacent in a panel; the next panel's follow further on.
  std::int64_t rows_at_once = 0;  // row blocks of a full panel, 0 where the unit is no column
  std::int64_t full_step = 0;     // keys between one panel and the next
  std::int64_t column = 0;
  std::int64_t panels = 0;
  std::int64_t last_row_blocks = 0;

  __device__ std::uint64_t operator()(std::int64_t i) const {
    if (rows_at_once == 0) return keys[i * stride];
    const std::int64_t panel = min(i / rows_at_once, panels - 1);
    const std::int64_t row_blocks = panel + 1 == panels ? last_row_blocks : rows_at_once;
    return keys[panel * full_step + column * row_blocks + i - panel * rows_at_once];
  }
};

__device__ UnitKeys unit_keys(const DeviceLayout& layout, const UnitPlan& plan,
                              const std::uint64_t* keys, std::int64_t unit) {
  switch (plan.spec.select) {
    case Select::row: {
      const std::int64_t group = unit / plan.group_rows;
      const std::int64_t row = unit % plan.group_rows;
      const std::int64_t panel = min(row / layout.full.row_blocks, layout.panels_per_group - 1);
      const PanelPlace place = layout.place(group * layout.panels_per_group + panel);
      return {keys + place.first_block + row - panel * layout.full.row_blocks, place.row_blocks};
    }
    case Select::column:
      return {keys + layout.place(unit / layout.col_blocks * layout.panels_per_group).first_block,
              1,
              layout.full.row_blocks,
              layout.full.blocks,
              unit % layout.col_blocks,
              layout.panels_per_group,
              layout.last.row_blocks};
    case Select::global:
    case Select::threshold:
      return {keys};
    default:
      return {keys + layout.place(unit).first_block};
  }
}

/// How many keys reach a given one. Called by all threads of a block.
__device__ std::int64_t count_reaching(const UnitKeys& keys, std::int64_t blocks,
                                       std::uint64_t least) {
  __shared__ std::uint32_t count;
  if (threadIdx.x == 0) count = 0;
  __syncthreads();
  std::uint32_t mine = 0;
  for (std::int64_t i = threadIdx.x; i < blocks; i += blockDim.x) mine += keys(i) >= least ? 1 : 0;
  atomicAdd(&count, mine);
  __syncthreads();
  const std::int64_t result = count;
  __syncthreads();
  return result;
}

/// One thread block finds the limit of one unit.
__global__ void __launch_bounds__(most_select_threads)
    limit_kernel(const std::uint64_t* all_keys, DeviceLayout layout, UnitPlan plan, Draw draw,
                 UnitLimit* limits) {
  for (std::int64_t unit = blockIdx.x; unit < plan.units; unit += gridDim.x) {
    const UnitKeys keys = unit_keys(layout, plan, all_keys, unit);
    const UnitSize size = plan.size(layout, unit);
    Threshold least = find_threshold(keys, size.blocks, size.kept);
    double dropped = size.kept < size.blocks
                         ? key_value(find_threshold(keys, size.blocks, size.kept + 1).key)
                         : 0;
    if (plan.spec.select == Select::threshold) {
      const double threshold = *draw.threshold;
      __syncthreads();
      if (threadIdx.x == 0) *draw.threshold = key_value(least.key);
      if (is_threshold(threshold)) {
        const std::int64_t reaching = count_reaching(keys, size.blocks, key_bits(threshold));
        if (reaching <= size.kept) {
          least = find_threshold(keys, size.blocks, reaching > 1 ? reaching : 1);
          dropped = threshold;
        }
      }
    }
    rank_equals(keys, size.blocks, least.key, [&](std::int64_t number, bool is_equal, auto rank) {
      if (is_equal && rank + 1 == least.equals_wanted) {
        limits[unit] = {least.key, number, dropped};
      }
    });
  }
}

/// The unit of a block and its rank there.
struct UnitPlace {
  std::int64_t unit, rank;
};

__device__ UnitPlace unit_place(const DeviceLayout& layout, const UnitPlan& plan,
                                const PanelPlace& place, std::int64_t panel, std::int64_t number) {
  const std::int64_t column = number / place.row_blocks;
  const std::int64_t row = place.first_row / layout.block_rows + number % place.row_blocks;
  switch (plan.spec.select) {
    case Select::row:
      return {place.group * plan.group_rows + row, column};
    case Select::column:
      return {place.group * layout.col_blocks + column, row};
    case Select::global:
    case Select::threshold:
      return {0, place.first_block + number};
    default:
      return {panel, number};
  }
}

/// One warp writes one word of the mask.
__global__ void mark_kernel(const std::uint64_t* keys, DeviceLayout layout, UnitPlan plan,
                            const UnitLimit* limits, std::uint32_t* mask) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t warps = std::int64_t{gridDim.x} * blockDim.x / warp_threads;
  const std::int64_t lane = thread % warp_threads;
  const std::int64_t words_of_panel = max(layout.full.mask_words, layout.last.mask_words);
  for (std::int64_t item = thread / warp_threads; item < layout.panels() * words_of_panel;
       item += warps) {
    const std::int64_t panel = item / words_of_panel;
    const std::int64_t word = item % words_of_panel;
    const PanelPlace place = layout.place(panel);
    if (word * 32 >= place.blocks) continue;
    const std::int64_t number = word * 32 + lane;
    bool kept = false;
    if (number < place.blocks) {
      const std::uint64_t key = keys[place.first_block + number];
      const UnitPlace where = unit_place(layout, plan, place, panel, number);
      const UnitLimit limit = limits[where.unit];
      kept = key > limit.least || (key == limit.least && where.rank <= limit.last_equal);
    }
    const std::uint32_t bits = __ballot_sync(~0u, kept);
    if (lane == 0) mask[place.mask_word + word] = bits;
  }
}

/// Kept blocks of the panels before a thread's own; `all` becomes those of the whole thread block.
/// Called by all threads of a block.
__device__ std::uint32_t sum_before(std::uint32_t own, std::uint32_t* all) {
  __shared__ std::uint32_t of_warp[chain_threads / warp_threads];
  const unsigned lane = threadIdx.x % warp_threads;
  std::uint32_t through = own;
  for (unsigned distance = 1; distance < warp_threads; distance *= 2) {
    const std::uint32_t before = __shfl_up_sync(~0u, through, distance);
    if (lane >= distance) through += before;
  }
  if (lane == warp_threads - 1) of_warp[threadIdx.x / warp_threads] = through;
  __syncthreads();
  std::uint32_t before = through - own;
  std::uint32_t sum = 0;
  for (unsigned warp = 0; warp < chain_threads / warp_threads; ++warp) {
    if (warp < threadIdx.x / warp_threads) before += of_warp[warp];
    sum += of_warp[warp];
  }
  __syncthreads();
  *all = sum;
  return before;
}

/// Column starts that count inside panels count through the matrix from here on. One thread block,
/// a panel a thread, then all threads on the starts of those panels, which lie one after the other.
__global__ void __launch_bounds__(chain_threads)
    chain_kernel(DeviceLayout layout, std::uint32_t* column_starts) {
  __shared__ std::uint32_t before_panel[chain_threads];
  const std::int64_t panel_starts = layout.col_blocks + 1;
  std::uint32_t before = 0;
  for (std::int64_t first = 0; first < layout.panels(); first += chain_threads) {
    const std::int64_t count = min(std::int64_t{chain_threads}, layout.panels() - first);
    std::uint32_t* starts = column_starts + first * panel_starts;
    const bool exists = threadIdx.x < count;
    const std::uint32_t own = exists ? starts[threadIdx.x * panel_starts + layout.col_blocks] : 0;
    std::uint32_t all = 0;
    before_panel[threadIdx.x] = before + sum_before(own, &all);
    __syncthreads();
    std::int64_t panel = threadIdx.x / panel_starts;
    std::int64_t column = threadIdx.x % panel_starts;
    for (std::int64_t i = threadIdx.x; i < count * panel_starts; i += chain_threads) {
      starts[i] += before_panel[panel];
      for (column += chain_threads; column >= panel_starts; column -= panel_starts) ++panel;
    }
    before += all;
    __syncthreads();
  }
}

// scales [kept blocks]
__global__ void scale_kernel(const std::uint64_t* keys, DeviceLayout layout, UnitPlan plan,
                             Draw draw, const UnitLimit* limits, ConstBlockIndex index,
                             float* scales) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  const std::int64_t most = max(layout.full.blocks, layout.last.blocks);
  for (std::int64_t item = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
       item < layout.panels() * most; item += stride) {
    const std::int64_t panel = item / most;
    const std::int64_t number = item % most;
    const PanelPlace place = layout.place(panel);
    const std::uint32_t* words = index.mask + place.mask_word;
    if (number >= place.blocks || !is_kept(words, number)) continue;
    const UnitPlace where = unit_place(layout, plan, place, panel, number);
    const std::int64_t position =
        place.value_block + index.column_starts[place.column_start] + count_kept(words, 0, number);
    scales[position] = kept_scale(
        plan.spec.select, key_value(keys[place.first_block + number]), limits[where.unit].dropped,
        draw.seed, draw.first_block + place.first_block + number, place.blocks, place.kept_blocks);
  }
}

}  // namespace

void chain_column_starts(void* stream, const PanelLayout& host_layout, std::uint32_t* starts) {
  if (!counts_follow_data(host_layout.spec().select) || host_layout.panels() == 0) return;
  launch("column_starts, chained", {1, chain_threads}, stream, chain_kernel,
         make_device_layout(host_layout), starts);
}

void select_in_units(void* stream, const PanelLayout& host_layout, const BlockIndex& index,
                     const Draw& draw, void* workspace) {
  const DeviceLayout layout = make_device_layout(host_layout);
  const UnitPlan plan = plan_units(host_layout);
  const auto* keys = static_cast<const std::uint64_t*>(workspace);
  auto* limits = reinterpret_cast<UnitLimit*>(static_cast<std::uint64_t*>(workspace) +
                                              host_layout.total_blocks());
  if (selects_over_device(host_layout)) {
    select_over_device(stream, host_layout, keys, draw, limits,
                       reinterpret_cast<GlobalSelection*>(limits + plan.units));
  } else {
    launch("select_blocks, limits", plan_grid(plan.units, 1, select_threads(plan.most_blocks)),
           stream, limit_kernel, keys, layout, plan, draw, limits);
  }
  const std::int64_t words =
      layout.panels() * std::max(layout.full.mask_words, layout.last.mask_words);
  launch("select_blocks, mask", plan_grid(words, mark_warps, mark_threads), stream, mark_kernel,
         keys, layout, plan, static_cast<const UnitLimit*>(limits), index.mask);
}

void write_scales(void* stream, const PanelLayout& host_layout, const BlockIndex& index,
                  const Draw& draw, void* workspace) {
  if (host_layout.scales() == 0) return;
  const DeviceLayout layout = make_device_layout(host_layout);
  const auto* keys = static_cast<const std::uint64_t*>(workspace);
  const auto* limits = reinterpret_cast<const UnitLimit*>(keys + host_layout.total_blocks());
  const std::int64_t blocks = layout.panels() * std::max(layout.full.blocks, layout.last.blocks);
  launch("select_blocks, scales", plan_grid(blocks, mark_threads, mark_threads), stream,
         scale_kernel, keys, layout, plan_units(host_layout), draw, limits, as_const(index),
         index.scales);
}

}  // namespace actscope::kernels::cuda
