// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/kernels/panel_layout.hpp"

namespace actscope::core {

/// The matrix behind a slot, and the units that walks over it go in: with by_group (x and y) a unit
/// is an image, one group of [rows, cols]; else it is a row of the only group.
struct SlotShape {
  std::int64_t groups = 1;
  std::int64_t rows = 0;  ///< of one group
  std::int64_t cols = 0;
  bool by_group = false;
  std::int64_t image_rows = 0;  ///< tokens of an image; 0: the rows are of no images

  std::int64_t units() const { return by_group ? groups : rows; }
  std::int64_t unit_elements() const { return by_group ? rows * cols : cols; }
  std::int64_t total_rows() const { return groups * rows; }
  std::int64_t elements() const { return total_rows() * cols; }
  /// The shape of a run of units.
  SlotShape part(std::int64_t count) const {
    return by_group ? SlotShape{count, rows, cols, true, image_rows}
                    : SlotShape{1, count, cols, false, image_rows};
  }
};

/// The shape of a slot of a block: x and y, whose product runs image by image, by images; all
/// others by rows.
/// Shapes  batch images of [tokens, dim], `hidden` features in h and u
SlotShape slot_shape(Slot slot, std::int64_t batch, std::int64_t tokens, std::int64_t dim,
                     std::int64_t hidden);

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
