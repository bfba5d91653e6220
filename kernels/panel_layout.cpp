// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/panel_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/check.hpp"

namespace actscope::kernels {
namespace {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t kept_of(std::int64_t blocks, double sparsity_ratio) {
  if (blocks == 0) return 0;
  const auto kept = std::llround((1 - sparsity_ratio) * static_cast<double>(blocks));
  return std::clamp<std::int64_t>(kept, 1, blocks);
}

// Rows of blocks that a panel aims at.
std::int64_t target_row_blocks(const BlockSpec& spec, std::int64_t col_blocks) {
  constexpr std::int64_t usual_rows = 128, least_blocks = 16;
  const std::int64_t rows = spec.panel_rows == 0 ? usual_rows : spec.panel_rows;
  const std::int64_t by_rows = (rows + spec.block_rows / 2) / spec.block_rows;
  const std::int64_t by_blocks = spec.panel_rows == 0 ? divide_up(least_blocks, col_blocks) : 1;
  return std::max<std::int64_t>({1, by_rows, by_blocks});
}

// Σ over all panels: `full` of each but the last of a group, `last` of that.
constexpr std::int64_t sum(std::int64_t groups, std::int64_t panels, std::int64_t full,
                           std::int64_t last) {
  return panels == 0 ? 0 : groups * ((panels - 1) * full + last);
}

// More elements than this would overflow byte counts once padded.
constexpr double most_elements = 0x1p58;
// What a column start of 32 bits can count.
constexpr std::int64_t most_counted = 0xffffffff;

}  // namespace

PanelLayout::PanelLayout(std::int64_t groups, std::int64_t rows, std::int64_t cols,
                         const BlockSpec& spec)
    : spec_(spec), groups_(groups), rows_(rows), cols_(cols) {
  spec.validate();
  const std::string shape = fmt::format("{} x [{}, {}]", groups, rows, cols);
  if (groups < 0 || rows < 0 || cols < 0) {
    throw ShapeMismatch(error_text("a length is negative", shape));
  }
  const double padded = static_cast<double>(groups) * static_cast<double>(rows + spec.block_rows) *
                        static_cast<double>(cols + spec.block_cols);
  if (padded > most_elements) throw ShapeMismatch(error_text("a matrix is too large", shape));
  if (groups == 0 || rows == 0 || cols == 0) return;
  col_blocks_ = divide_up(cols, spec.block_cols);
  row_blocks_ = divide_up(rows, spec.block_rows);
  panel_row_blocks_ = std::min(target_row_blocks(spec, col_blocks_), row_blocks_);
  panels_per_group_ = divide_up(row_blocks_, panel_row_blocks_);
  const std::int64_t last_row_blocks = row_blocks_ - (panels_per_group_ - 1) * panel_row_blocks_;
  full_blocks_ = panel_row_blocks_ * col_blocks_;
  last_blocks_ = last_row_blocks * col_blocks_;
  full_words_ = divide_up(full_blocks_, 32);
  last_words_ = divide_up(last_blocks_, 32);
  total_blocks_ = sum(groups, panels_per_group_, full_blocks_, last_blocks_);
  mask_words_ = sum(groups, panels_per_group_, full_words_, last_words_);
  column_starts_ = panels() * (col_blocks_ + 1);
  count_kept(last_row_blocks);
  if (counts_follow_data(spec.select) && kept_blocks_ > most_counted) {
    throw ShapeMismatch(
        error_text("a matrix has too many kept blocks for this selection",
                   fmt::format("{}: {} blocks, at most {}", shape, kept_blocks_, most_counted),
                   "select inside panels or rows, or take larger blocks"));
  }
}

void PanelLayout::count_kept(std::int64_t last_row_blocks) {
  const double sparsity = spec_.sparsity_ratio;
  switch (spec_.select) {
    case Select::panel:
    case Select::random:
      full_kept_ = kept_of(full_blocks_, sparsity);
      last_kept_ = kept_of(last_blocks_, sparsity);
      break;
    case Select::row:
      full_kept_ = panel_row_blocks_ * kept_of(col_blocks_, sparsity);
      last_kept_ = last_row_blocks * kept_of(col_blocks_, sparsity);
      break;
    case Select::column:
      kept_blocks_ = groups_ * col_blocks_ * kept_of(row_blocks_, sparsity);
      return;
    case Select::global:
    case Select::threshold:
      kept_blocks_ = kept_of(total_blocks_, sparsity);
      return;
  }
  kept_blocks_ = sum(groups_, panels_per_group_, full_kept_, last_kept_);
}

PanelExtent PanelLayout::panel(std::int64_t index) const noexcept {
  ACTSCOPE_REQUIRES(index >= 0 && index < panels());
  const std::int64_t group = index / panels_per_group_;
  const std::int64_t place = index % panels_per_group_;
  const bool is_last = place == panels_per_group_ - 1;
  PanelExtent extent;
  extent.group = group;
  extent.first_row = place * panel_rows();
  extent.rows = std::min(panel_rows(), rows_ - extent.first_row);
  extent.row_blocks = divide_up(extent.rows, spec_.block_rows);
  extent.blocks = extent.row_blocks * col_blocks_;
  extent.first_block =
      group * ((panels_per_group_ - 1) * full_blocks_ + last_blocks_) + place * full_blocks_;
  extent.kept_blocks = is_last ? last_kept_ : full_kept_;
  extent.value_block =
      group * ((panels_per_group_ - 1) * full_kept_ + last_kept_) + place * full_kept_;
  extent.mask_word =
      group * ((panels_per_group_ - 1) * full_words_ + last_words_) + place * full_words_;
  extent.column_start = index * (col_blocks_ + 1);
  return extent;
}

std::int64_t PanelLayout::unit_blocks(const PanelExtent& panel) const noexcept {
  switch (spec_.select) {
    case Select::row:
      return col_blocks_;
    case Select::column:
      return row_blocks_;
    case Select::global:
    case Select::threshold:
      return total_blocks_;
    default:
      return panel.blocks;
  }
}

std::int64_t PanelLayout::unit_kept(const PanelExtent& panel) const noexcept {
  return kept_of(unit_blocks(panel), spec_.sparsity_ratio);
}

std::int64_t PanelLayout::scales() const noexcept {
  return spec_.rescale == Rescale::unbiased ? kept_blocks_ : 0;
}

std::int64_t PanelLayout::value_bytes(DType dtype) const noexcept {
  return kept_blocks_ * block_elements() * size_of(dtype);
}

}  // namespace actscope::kernels
