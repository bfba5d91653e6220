// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/slot_layout.hpp"

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

std::int64_t features_of(const ResMlpGeometry& geometry, Slot slot) {
  return slot == Slot::h || slot == Slot::u ? geometry.hidden() : geometry.dim;
}

}  // namespace

std::int64_t slot_elements(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot) {
  return batch * geometry.tokens() * features_of(geometry, slot);
}

kernels::PanelLayout slot_layout(const ResMlpGeometry& geometry, std::int64_t batch, Slot slot,
                                 const kernels::BlockSpec& blocks) {
  const std::int64_t features = features_of(geometry, slot);
  const bool by_image = slot == Slot::x || slot == Slot::y;
  const std::int64_t rows = by_image ? geometry.tokens() : batch * geometry.tokens();
  if (blocks.block_rows > rows || blocks.block_cols > features) {
    const auto size = [](std::int64_t r, std::int64_t c) {
      return std::to_string(r) + "x" + std::to_string(c);
    };
    throw UnsupportedBlockSize(error_text(
        "a " + size(blocks.block_rows, blocks.block_cols) + " block is larger than slot " +
            std::string(name_of(slot)),
        "the slot is cut as " + size(rows, features) + (by_image ? ", image by image" : ""),
        "give a smaller block"));
  }
  return {by_image ? batch : 1, rows, features, blocks};
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
  return Slot::x;
}

bool has_own_blocks(const BlockPlan& plan, Product product) {
  return plan.operand(product).kind == OperandKind::bsr &&
         plan.store(operand_slot(plan, product)).kind != StoreKind::bsr;
}

}  // namespace actscope::core
