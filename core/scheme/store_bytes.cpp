// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/store_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "scheme/block_values.hpp"

namespace actscope::core {
namespace {

StoreBytes coded(kernels::CodeBits bits, std::int64_t elements) {
  return {kernels::code_bytes(bits, elements), kernels::scale_bytes(elements)};
}

StoreBytes blocks(const StoreSpec& store, const kernels::PanelLayout& layout,
                  kernels::DType dtype) {
  StoreBytes bytes{0, layout.index_bytes()};
  if (is_coded(store.values)) {
    const CodedPanel end = coded_panel(layout, code_bits(store.values), layout.panels());
    bytes.values = end.first_byte;
    bytes.index += end.first_group * static_cast<std::int64_t>(sizeof(kernels::CodeScale));
  } else {
    bytes.values =
        layout.value_bytes(store.values == BlockValues::bf16 ? kernels::DType::bf16 : dtype);
  }
  return bytes;
}

kernels::PanelLayout layout_of(const SlotShape& shape, const kernels::BlockSpec& spec) {
  return {shape.groups, shape.rows, shape.cols, spec};
}

}  // namespace

StoreBytes bytes_of(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype) {
  const std::int64_t elements = shape.elements();
  switch (store.kind) {
    case StoreKind::keep:
      return {elements * size_of(dtype), 0};
    case StoreKind::drop:
      return {};
    case StoreKind::bsr:
      return blocks(store, layout_of(shape, store.blocks), dtype);
    case StoreKind::bsr_int2: {
      const StoreBytes kept = blocks(store, layout_of(shape, store.blocks), dtype);
      const StoreBytes rest = coded(kernels::CodeBits::int2, elements);
      return {kept.values + rest.values, kept.index + rest.index};
    }
    case StoreKind::int8:
      return coded(kernels::CodeBits::int8, elements);
    case StoreKind::int4:
      return coded(kernels::CodeBits::int4, elements);
    case StoreKind::int2:
      return coded(kernels::CodeBits::int2, elements);
    case StoreKind::bf16:
      return {kernels::narrow_bytes(kernels::NarrowFloat::bf16, elements), 0};
    case StoreKind::fp8:
      return {kernels::narrow_bytes(kernels::NarrowFloat::fp8, elements), 0};
    case StoreKind::code4:
      return {kernels::gelu_code_bytes(kernels::CodeBits::int4, shape.total_rows(), shape.cols), 0};
    case StoreKind::code2:
      return {kernels::gelu_code_bytes(kernels::CodeBits::int2, shape.total_rows(), shape.cols), 0};
    case StoreKind::topk: {
      const std::int64_t kept = shape.total_rows() * top_elements(store.sparsity_ratio, shape.cols);
      return {kept * size_of(dtype), kept * top_index_bytes(shape.cols)};
    }
    case StoreKind::pool: {
      const std::int64_t side = pooled_side(shape.image_rows, store.pool_side);
      const std::int64_t images = shape.total_rows() / std::max<std::int64_t>(1, shape.image_rows);
      return {images * side * side * shape.cols * size_of(dtype), 0};
    }
  }
  unreachable("a store of no known kind");
}

StoreBytes bytes_of(const Operand& operand, const SlotShape& shape, kernels::DType dtype) {
  if (operand.kind == OperandKind::full) return {};
  const kernels::PanelLayout layout = layout_of(shape, operand.blocks);
  const std::int64_t means =
      operand.is_centered ? layout.panels() * shape.cols * size_of(dtype) : 0;
  return {means, layout.mask_bytes() + layout.scale_bytes()};
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
