// SPDX-License-Identifier: Apache-2.0
#include "model/block_parts.hpp"

#include <torch/types.h>

#include "actscope/core/scheme/slot_layout.hpp"
#include "saving/record_storage.hpp"

namespace actscope::core {

using torch::Tensor;

tracer::Name trace_name(Slot slot) {
  static const std::array<tracer::Name, slot_count> names = [] {
    std::array<tracer::Name, slot_count> all;
    for (std::size_t s = 0; s < slot_count; ++s) {
      all[s] = tracer::Name(name_of(static_cast<Slot>(s)));
    }
    return all;
  }();
  return names[static_cast<std::size_t>(slot)];
}

SavedBlock::SavedBlock(const BlockContext& context, const Tensor& x, std::int64_t hidden_width)
    : plan(context.plan),
      batch(x.size(0)),
      tokens(x.size(1)),
      dim(x.size(2)),
      hidden(hidden_width),
      drop_factors(context.drop_factors) {
  const auto draw = [&](auto name, std::size_t place) {
    StoreDraw of{draw_seed(context.seed, name), {}};
    if (context.thresholds.defined()) {
      of.threshold = context.thresholds.narrow(0, static_cast<std::int64_t>(place), 1);
    }
    return of;
  };
  for (std::size_t s = 0; s < slot_count; ++s) {
    const auto slot = static_cast<Slot>(s);
    slots.emplace_back(plan.stores[s], slot_shape(slot, batch, tokens, dim, hidden), x,
                       trace_name(slot), draw(slot, s));
    if (context.norms != nullptr) slots.back().measure(&(*context.norms)[s]);
  }
  for (Product product : {Product::dA, Product::dW1, Product::dW2}) {
    if (!has_own_blocks(plan, product)) continue;
    const Slot slot = operand_slot(plan, product);
    choice(product).emplace(plan.operand(product), slot_shape(slot, batch, tokens, dim, hidden), x,
                            trace_name(slot),
                            draw(product, slot_count + static_cast<std::size_t>(product)));
    const bool is_measured = slots[static_cast<std::size_t>(slot)].leaves_out();
    if (context.norms != nullptr && !is_measured) {
      choice(product)->measure(&(*context.norms)[static_cast<std::size_t>(slot)]);
    }
  }
}

Tensor factors_of_half(const Tensor& drop_factors, BlockHalf half) {
  if (!drop_factors.defined()) return {};
  return drop_factors[static_cast<std::int64_t>(half)].view({-1, 1, 1});
}

Tensor times(const Tensor& values, const Tensor& factors) {
  return factors.defined() ? values * factors : values;
}

Tensor SavedBlock::drop_factors_of(BlockHalf half, std::int64_t first, std::int64_t count) const {
  const Tensor all = factors_of_half(drop_factors, half);
  return all.defined() ? all.narrow(0, first, count) : all;
}

Tensor SavedBlock::drop_factors_of_rows(BlockHalf half, std::int64_t first,
                                        std::int64_t count) const {
  if (!drop_factors.defined()) return {};
  const std::int64_t first_image = first / tokens;
  const std::int64_t images = (first + count + tokens - 1) / tokens - first_image;
  return drop_factors_of(half, first_image, images)
      .expand({images, tokens, 1})
      .reshape({images * tokens, 1})
      .narrow(0, first - first_image * tokens, count);
}

void SavedBlock::record(tracer::StoreLedger* ledger, std::string_view layer) const {
  record_storage(ledger, layer, drop_path_slot, drop_factors);
  for (std::size_t s = 0; s < slot_count; ++s) {
    slots[s].record(ledger, layer, name_of(static_cast<Slot>(s)));
  }
  for (Product product : {Product::dA, Product::dW1, Product::dW2}) {
    const auto& chosen = choices[static_cast<std::size_t>(product)];
    if (chosen) chosen->record(ledger, layer, name_of(operand_slot(plan, product)));
  }
}

void SavedBlock::visit(const tracer::SavedTensorSource::Visit& visit) const {
  if (drop_factors.defined()) visit(drop_path_slot, "factors", drop_factors);
  for (std::size_t s = 0; s < slot_count; ++s) slots[s].visit(visit, name_of(static_cast<Slot>(s)));
  for (Product product : {Product::dA, Product::dW1, Product::dW2}) {
    const auto& chosen = choices[static_cast<std::size_t>(product)];
    if (chosen) chosen->visit(visit, name_of(operand_slot(plan, product)));
  }
}

void SavedBlock::release(std::initializer_list<Slot> names,
                         std::initializer_list<Product> products) {
  if (is_retained) return;
  for (Slot name : names) {
    slot(name).release();
    if (name == Slot::x) drop_factors.reset();
  }
  for (Product product : products) {
    if (auto& chosen = choice(product)) chosen->release();
  }
}

}  // namespace actscope::core
