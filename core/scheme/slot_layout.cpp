// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/slot_layout.hpp"

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"

namespace actscope::core {
SlotShape slot_shape(Slot slot, std::int64_t batch, std::int64_t tokens, std::int64_t dim,
                     std::int64_t hidden) {
  const std::int64_t features = slot == Slot::h || slot == Slot::u ? hidden : dim;
  return slot == Slot::x || slot == Slot::y ? SlotShape{batch, tokens, features, true, tokens}
                                            : SlotShape{1, batch * tokens, features, false, tokens};
}

std::int64_t slot_elements(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot) {
  return slot_shape(slot, batch, geometry.tokens(), geometry.dim, geometry.hidden()).elements();
}

kernels::PanelLayout slot_layout(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot,
                                 const kernels::BlockSpec& blocks) {
  const SlotShape shape =
      slot_shape(slot, batch, geometry.tokens(), geometry.dim, geometry.hidden());
  if (blocks.block_rows > shape.rows || blocks.block_cols > shape.cols) {
    const auto size = [](std::int64_t r, std::int64_t c) {
      return std::to_string(r) + "x" + std::to_string(c);
    };
    throw UnsupportedBlockSize(error_text("a " + size(blocks.block_rows, blocks.block_cols) +
                                              " block is larger than slot " +
                                              std::string(name_of(slot)),
                                          "the slot is cut as " + size(shape.rows, shape.cols) +
                                              (shape.by_group ? ", image by image" : ""),
                                          "give a smaller block"));
  }
  return {shape.groups, shape.rows, shape.cols, blocks};
}

Slot operand_slot(const BlockPlan& plan, Product product) {
  const auto is_stored = [&](Slot slot) { return plan.store(slot).kind != StoreKind::drop; };
  switch (product) {
    case Product::dA:
      return is_stored(Slot::y) ? Slot::y : Slot::x;
    case Product::dW1:
      return is_stored(Slot::z) ? Slot::z : Slot::x1;
    case Product::dW2:
      return Slot::u;
  }
  unreachable("a product that no block has");
}

bool has_own_blocks(const BlockPlan& plan, Product product) {
  return plan.operand(product).kind == OperandKind::bsr &&
         !has_panels(plan.store(operand_slot(plan, product)).kind);
}

}  // namespace actscope::core
