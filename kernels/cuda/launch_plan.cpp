// SPDX-License-Identifier: Apache-2.0
#include "launch_plan.hpp"

#include <algorithm>

#include "device_layout.hpp"
#include "global_selection.hpp"
#include "unit_plan.hpp"

namespace actscope::kernels::cuda {

namespace {

constexpr std::int64_t divide_up(std::int64_t value, std::int64_t by) {
  return value / by + (value % by != 0 ? 1 : 0);
}

PanelShape shape_of(const PanelExtent& extent) {
  return {extent.rows, extent.row_blocks, extent.blocks, extent.kept_blocks,
          divide_up(extent.blocks, 32)};
}

}  // namespace

DeviceLayout make_device_layout(const PanelLayout& layout) {
  DeviceLayout result;
  result.groups = layout.groups();
  result.rows = layout.rows();
  result.cols = layout.cols();
  result.block_rows = layout.block_rows();
  result.block_cols = layout.block_cols();
  result.col_blocks = layout.col_blocks();
  result.panels_per_group = layout.panels_per_group();
  result.panel_rows = layout.panel_rows();
  if (layout.panels() > 0) {
    result.full = shape_of(layout.panel(0));
    result.last = shape_of(layout.panel(layout.panels_per_group() - 1));
  }
  return result;
}

GridPlan plan_grid(std::int64_t items, std::int64_t items_per_block, unsigned threads) {
  if (items <= 0) return {};
  const std::int64_t blocks = std::min(divide_up(items, items_per_block), most_grid_blocks);
  return {static_cast<unsigned>(blocks), threads, 0};
}

TilePlan plan_tile(std::int64_t block_side) {
  int columns_per_thread = 1;
  while (columns_per_thread < 8 && 4 * columns_per_thread < block_side) columns_per_thread *= 2;
  const int columns = 4 * columns_per_thread;
  return {columns_per_thread, columns, divide_up(block_side, columns)};
}

KeyPlan plan_keys(const PanelLayout& layout) {
  KeyPlan plan;
  if (layout.panels() == 0) return plan;
  const std::int64_t side = layout.block_cols();
  plan.tile_columns = side * std::max<std::int64_t>(1, std::int64_t{key_threads} / side);
  plan.tiles_across = divide_up(layout.cols(), plan.tile_columns);
  plan.group_row_blocks = divide_up(layout.rows(), layout.block_rows());
  plan.items = layout.groups() * plan.group_row_blocks * plan.tiles_across;
  return plan;
}

bool needs_units(const BlockSpec& spec) {
  const bool in_panels = spec.select == Select::panel || spec.select == Select::random;
  return !in_panels || spec.rescale != Rescale::none;
}

bool selects_over_device(const PanelLayout& layout) {
  const Select select = layout.spec().select;
  return (select == Select::global || select == Select::threshold) &&
         layout.total_blocks() > most_blocks_of_one;
}

UnitPlan plan_units(const PanelLayout& layout) {
  UnitPlan plan;
  plan.spec = layout.spec();
  if (layout.panels() == 0) return plan;
  const PanelExtent full = layout.panel(0);
  const PanelExtent last = layout.panel(layout.panels_per_group() - 1);
  plan.group_rows = divide_up(layout.rows(), layout.block_rows());
  plan.every = {layout.unit_blocks(full), layout.unit_kept(full)};
  plan.most_blocks = std::max(layout.unit_blocks(full), layout.unit_blocks(last));
  switch (plan.spec.select) {
    case Select::row:
      plan.units = layout.groups() * plan.group_rows;
      break;
    case Select::column:
      plan.units = layout.groups() * layout.col_blocks();
      break;
    case Select::global:
    case Select::threshold:
      plan.units = 1;
      break;
    default:
      plan.units = layout.panels();
  }
  return plan;
}

std::int64_t select_workspace_bytes(const PanelLayout& layout) {
  const std::int64_t units = needs_units(layout.spec()) ? plan_units(layout).units : 0;
  const bool is_shared_out = selects_over_device(layout);
  return layout.total_blocks() * static_cast<std::int64_t>(sizeof(std::uint64_t)) +
         units * static_cast<std::int64_t>(sizeof(UnitLimit)) +
         (is_shared_out ? static_cast<std::int64_t>(sizeof(GlobalSelection)) : 0);
}

unsigned select_threads(std::int64_t blocks_of_panel) {
  const std::int64_t whole_warps = divide_up(std::max<std::int64_t>(blocks_of_panel, 1), 32) * 32;
  return static_cast<unsigned>(std::min<std::int64_t>(whole_warps, most_select_threads));
}

}  // namespace actscope::kernels::cuda
