// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/store_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/kernels/panel_layout.hpp"

namespace actscope::core {
namespace {

kernels::PanelLayout layout_of(const SlotShape& shape, const kernels::BlockSpec& spec) {
  return {shape.groups, shape.rows, shape.cols, spec};
}

}  // namespace

StoreBytes bytes_of(const Operand& operand, const SlotShape& shape) {
  if (operand.kind == OperandKind::full) return {};
  const kernels::PanelLayout layout = layout_of(shape, operand.blocks);
  return {0, layout.mask_bytes() + layout.scale_bytes()};
}

std::int64_t top_elements(double sparsity_ratio, std::int64_t cols) {
  const double kept = (1 - sparsity_ratio) * static_cast<double>(cols);
  return std::clamp<std::int64_t>(std::llround(kept), std::min<std::int64_t>(1, cols), cols);
}

std::int64_t top_index_bytes(std::int64_t cols) {
  return cols - 1 <= std::numeric_limits<std::int16_t>::max() ? 2 : 4;
}

std::int64_t grid_side(std::int64_t tokens) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(tokens))));
  if (tokens > 0 && side * side == tokens) return side;
  throw ConfigError(error_text("pool needs tokens that form a square",
                               "an image has " + std::to_string(tokens),
                               "keep the slot in another way"));
}

std::int64_t pooled_side(std::int64_t tokens, std::int64_t pool_side) {
  return (grid_side(tokens) + pool_side - 1) / pool_side;
}

}  // namespace actscope::core
