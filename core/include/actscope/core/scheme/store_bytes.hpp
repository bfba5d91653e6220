// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::core {

/// What a store holds. Units: bytes.
struct StoreBytes {
  std::int64_t values = 0;  ///< elements, codes
  std::int64_t index = 0;   ///< masks, starts, places, scales

  std::int64_t total() const noexcept { return values + index; }
};

/// The exact bytes of a slot under a store, from shapes alone.
/// Shapes  a matrix of `shape` and element type `dtype`
/// Errors  ConfigError, UnsupportedBlockSize, ShapeMismatch: as PanelLayout; ConfigError: pool over
///         tokens that form no square
StoreBytes bytes_of(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype);

/// Bytes of blocks that a product alone reads: their mask, and scales where they are rescaled.
/// Errors  UnsupportedBlockSize, ShapeMismatch: as PanelLayout
StoreBytes bytes_of(const Operand& operand, const SlotShape& shape);

/// Elements of a row that topk keeps: round((1 − sparsity)·cols), at least one.
std::int64_t top_elements(double sparsity_ratio, std::int64_t cols);
/// Bytes of the place of one of them.
std::int64_t top_index_bytes(std::int64_t cols);

/// The side of the square that the tokens of an image form, and how many of pool's squares lie
/// along it.
/// Errors  ConfigError: they form none
std::int64_t grid_side(std::int64_t tokens);
std::int64_t pooled_side(std::int64_t tokens, std::int64_t pool_side);

}  // namespace actscope::core
