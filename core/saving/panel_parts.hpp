// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"
#include "saving/stores/store.hpp"

/// Runs of units of a slot as runs of panels.
namespace actscope::core {

kernels::PanelLayout layout_of(const SlotShape& shape, const kernels::BlockSpec& blocks);

/// The number of the panel that begins at a unit, or of all where the unit is the end.
/// Requires units cut at granules
std::int64_t panel_at(const SlotShape& shape, const kernels::PanelLayout& layout,
                      std::int64_t unit);

/// Uninitialized 32-bit words, kept as int32 tensors.
torch::Tensor words(std::int64_t count, const torch::TensorOptions& options);
std::uint32_t* word_data(const torch::Tensor& tensor);
/// Null where the tensor is not defined.
float* float_data(const torch::Tensor& tensor);

/// A contiguous part of a slot as groups of matrices.
kernels::ConstMatrixView view_of(const torch::Tensor& part, const SlotShape& part_shape);

/// Writes the index of the blocks that are kept of a part; `first_block`: blocks before it.
void choose_blocks(const torch::Tensor& part, const SlotShape& part_shape,
                   const kernels::PanelLayout& layout, const kernels::BlockIndex& index,
                   const StoreDraw& draw, std::int64_t first_block);

}  // namespace actscope::core
