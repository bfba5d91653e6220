// SPDX-License-Identifier: Apache-2.0
#include "strip_plan.hpp"

#include <algorithm>

#include "launch_plan.hpp"

namespace actscope::kernels::cuda {

namespace {

constexpr std::int64_t divide_up(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

// Blocks of `side` that a strip of `columns` can meet: it may begin inside one.
std::int64_t blocks_met(std::int64_t columns, std::int64_t side, std::int64_t all) {
  return std::min(all, divide_up(columns - 1, side) + 1);
}

// Numbers inside a segment are counted in 32 bits, quotients by block sides in 31 (Divider).
bool is_countable(const PanelLayout& layout) {
  constexpr std::int64_t limit = std::int64_t{1} << 30;
  const std::int64_t group_blocks =
      layout.groups() == 0 ? 0 : layout.total_blocks() / layout.groups();
  return layout.panels() < limit && layout.total_rows() < limit &&
         (layout.rows() + layout.block_rows()) * layout.block_rows() < limit &&
         (layout.cols() + layout.block_cols()) * layout.block_cols() < limit &&
         group_blocks < limit;
}

}  // namespace

StripPlan plan_strips(Reduce over, const PanelLayout& layout, DType dtype, std::int64_t left_rows,
                      PanelRange range, std::int64_t multiprocessors) {
  StripPlan plan;
  if (dtype == DType::f64 || layout.panels() == 0 || !is_countable(layout)) return plan;
  const std::int64_t row_blocks = divide_up(layout.rows(), layout.block_rows());
  std::int64_t depth = 0;
  plan.element_bytes = static_cast<int>(size_of(dtype));
  if (over == Reduce::tokens) {
    plan.warps_across = layout.cols() > 256 ? 6 : 2;
    plan.strips = divide_up(layout.cols(), plan.strip_columns());
    plan.segments = range.count;
    depth = range.count * layout.panel_rows();
    plan.gathers = plan.element_bytes == 2 && layout.block_cols() % warp_columns == 0 &&
                   layout.block_rows() * plan.element_bytes % (stage_depth_bytes / 2) != 0;
    plan.table_entries = std::min(row_blocks, layout.panel_rows() / layout.block_rows()) *
                         blocks_met(plan.strip_columns(), layout.block_cols(), layout.col_blocks());
  } else {
    plan.warps_across = layout.rows() > 128 ? 4 : 2;
    plan.strips = divide_up(layout.rows(), plan.strip_columns());
    plan.segments = range.count / layout.panels_per_group();
    depth = plan.segments * layout.cols();
    plan.table_entries =
        layout.col_blocks() * blocks_met(plan.strip_columns(), layout.block_rows(), row_blocks);
  }
  plan.left_tiles = divide_up(left_rows, strip_left);
  const std::int64_t most = std::min({multiprocessors / std::max<std::int64_t>(1, plan.tiles()),
                                      plan.segments, depth / least_part_depth});
  plan.parts = std::max<std::int64_t>(1, most);
  plan.fits = plan.table_entries <= most_table_entries &&
              plan.tiles() * plan.parts <= most_grid_blocks && left_rows < (1 << 30);
  return plan;
}

std::int64_t strip_shared_bytes(Reduce over, const StripPlan& plan, int stages) {
  // Rows of a stage are 16 or 32 bytes longer than what they hold, so that fragments of eight rows
  // lie in different banks. A token of zeros comes after those of a stage.
  const std::int64_t stage =
      over == Reduce::tokens
          ? (stage_depth_bytes + plan.element_bytes) * (strip_left + 8 + plan.strip_columns() + 8)
          : (stage_depth_bytes + 16) * (strip_left + plan.strip_columns());
  constexpr std::int64_t tables = 2;
  // Each thread sums up two rows for the epilogue of gemm_tn.
  const std::int64_t sums = over == Reduce::tokens ? plan.threads() * 8 + row_sum_bytes : 0;
  return segment_bytes + sums + stages * (stage + mask_bytes + gathered_bytes * plan.warps_across) +
         tables * plan.table_entries * 4;
}

int strip_stages(Reduce over, const StripPlan& plan, std::int64_t shared_bytes) {
  for (int stages = most_stages; stages >= 2; --stages) {
    if (strip_shared_bytes(over, plan, stages) <= shared_bytes) return stages;
  }
  return 0;
}

std::int64_t strip_workspace_bytes(const StripPlan& plan, std::int64_t left_rows,
                                   std::int64_t columns) {
  return plan.fits && plan.parts > 1 ? plan.parts * left_rows * (columns + 1) * 4 : 0;
}

}  // namespace actscope::kernels::cuda
