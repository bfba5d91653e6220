// SPDX-License-Identifier: Apache-2.0
#include "torch_ops/panel_counts.hpp"

#include <c10/core/SymFloat.h>

#include <algorithm>
#include <cmath>

#include "torch_ops/panel_arguments.hpp"

namespace actscope::torch_ops {
namespace {

using c10::SymInt;
using kernels::Select;

SymInt divide_up(const SymInt& a, const SymInt& b) {
  return (a + b - 1) / b;
}

// As PanelLayout rounds: halves go up. (floor(x + .5) differs from that for the greatest number
// below one half alone, where one block is kept in any case.)
SymInt kept_of(const SymInt& blocks, double sparsity) {
  if (const auto number = blocks.maybe_as_int()) {
    if (*number == 0) return 0;
    const auto kept = std::llround((1 - sparsity) * static_cast<double>(*number));
    return std::clamp<std::int64_t>(kept, 1, *number);
  }
  const c10::SymFloat share =
      static_cast<c10::SymFloat>(blocks) * c10::SymFloat(1 - sparsity) + c10::SymFloat(0.5);
  return SymInt(share.toSymNodeImpl()->floor()).max(1).min(blocks);
}

// PanelLayout step by step. It shortens a panel to the rows there are; here a panel keeps its
// target height, which gives the same counts, a lone panel being the last.
PanelCounts symbolic(c10::SymIntArrayRef size, const kernels::BlockSpec& spec) {
  constexpr std::int64_t usual_rows = 128, least_blocks = 16;
  const std::size_t last = size.size();
  PanelCounts counts;
  counts.groups = last == 3 ? size[0] : SymInt(1);
  counts.rows = size[last - 2];
  counts.cols = size[last - 1];
  counts.block_rows = spec.block_rows;
  counts.block_cols = spec.block_cols;
  const SymInt col_blocks = divide_up(counts.cols, spec.block_cols);
  const SymInt row_blocks = divide_up(counts.rows, spec.block_rows);
  if (const auto number = col_blocks.maybe_as_int(); number && *number == 0) {
    counts.kept_blocks = counts.mask_words = counts.column_starts = counts.scales = 0;
    return counts;
  }
  const std::int64_t by_rows = (usual_rows + spec.block_rows / 2) / spec.block_rows;
  const SymInt panel_row_blocks =
      divide_up(least_blocks, col_blocks).max(std::max<std::int64_t>(1, by_rows));
  const SymInt panels = divide_up(row_blocks, panel_row_blocks);
  const SymInt last_row_blocks = row_blocks - (panels - 1) * panel_row_blocks;
  const auto sum = [&](const SymInt& full, const SymInt& of_last) {
    return counts.groups * ((panels - 1) * full + of_last);
  };
  const auto kept = [&](const SymInt& blocks) { return kept_of(blocks, spec.sparsity_ratio); };
  const SymInt full_blocks = panel_row_blocks * col_blocks;
  const SymInt last_blocks = last_row_blocks * col_blocks;
  counts.mask_words = sum(divide_up(full_blocks, 32), divide_up(last_blocks, 32));
  counts.column_starts = counts.groups * panels * (col_blocks + 1);
  switch (spec.select) {
    case Select::panel:
    case Select::random:
      counts.kept_blocks = sum(kept(full_blocks), kept(last_blocks));
      break;
    case Select::row:
      counts.kept_blocks = counts.groups * row_blocks * kept(col_blocks);
      break;
    case Select::column:
      counts.kept_blocks = counts.groups * col_blocks * kept(row_blocks);
      break;
    case Select::global:
    case Select::threshold:
      counts.kept_blocks = kept(counts.groups * row_blocks * col_blocks);
      break;
  }
  counts.scales = spec.rescale == kernels::Rescale::unbiased ? counts.kept_blocks : SymInt(0);
  return counts;
}

}  // namespace

PanelCounts counts_of(c10::SymIntArrayRef size, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased) {
  const auto numbers = c10::asIntArrayRefSlowOpt(size);
  if (!numbers) return symbolic(size, spec_of(size.size(), block, sparsity, select, unbiased));
  const kernels::PanelLayout layout =
      PanelArguments{*numbers, block, sparsity, select, unbiased}.layout();
  return {layout.groups(),     layout.rows(),          layout.cols(),
          layout.block_rows(), layout.block_cols(),    layout.kept_blocks(),
          layout.mask_words(), layout.column_starts(), layout.scales()};
}

}  // namespace actscope::torch_ops
