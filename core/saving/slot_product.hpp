// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "saving/saved_slot.hpp"

namespace actscope::core {

/// Whether a product reads the chosen blocks of a slot from its codes: then it wants nothing
/// decoded.
inline bool reads_codes(const SavedSlot& slot, const std::optional<BlockChoice>& choice) {
  return slot.is_coded() && choice.has_value();
}

/// dW += dYᵀ X for a chunk of rows, X being a slot from row `first` on: its stored panels, the
/// blocks chosen in forward gathered from `decoded`, or from its codes where nothing is decoded, or
/// all of it. Where `db` is given also db += Σ dY, in the same pass where the product is a sparse
/// one.
///
/// Shapes   dy [rows, outputs]; decoded [rows, features] or undefined; dw [outputs, features] of
///          sum_type(dy's element type); db [outputs], of dw's element type
/// Requires decoded is defined where the slot has neither panels nor codes that a choice reads
void add_product(const torch::Tensor& dy, const SavedSlot& slot,
                 const std::optional<BlockChoice>& choice, const torch::Tensor& decoded,
                 std::int64_t first, torch::Tensor& dw, torch::Tensor* db);

}  // namespace actscope::core
