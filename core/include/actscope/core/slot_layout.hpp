// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/core/resmlp_geometry.hpp"
#include "actscope/core/scheme.hpp"
#include "actscope/kernels/panel_layout.hpp"

namespace actscope::core {

/// Elements of a slot: batch·tokens·hidden for h and u, batch·tokens·dim for the others.
std::int64_t slot_elements(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot);

/// How a slot is cut into blocks: x and y, whose product runs image by image, as one group an image
/// of [tokens, dim]; all others as one group of [batch·tokens, features].
/// Errors  UnsupportedBlockSize: a block larger than the matrix; as PanelLayout
kernels::PanelLayout slot_layout(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot,
                                 const kernels::BlockSpec& blocks);

/// The slot whose blocks a product reads: the one it multiplies in the plain formula where the plan
/// stores that, else the one that it is rebuilt from (dA: y or x; dW1: z or x1; dW2: u).
Slot operand_slot(const BlockPlan& plan, Product product);

/// Whether a product reads blocks chosen for it alone: its operand is pruned and its slot is not
/// stored pruned (then the slot's own kept blocks are the operand).
bool has_own_blocks(const BlockPlan& plan, Product product);

}  // namespace actscope::core
