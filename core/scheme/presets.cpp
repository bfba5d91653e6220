// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/presets.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using kernels::BlockSpec;

BlockPlan all_dropped_but_x(const StoreSpec& x) {
  BlockPlan plan;
  plan.stores.fill({StoreKind::drop});
  plan.store(Slot::x) = x;
  return plan;
}

// x, x1 and h in one store: what the exact algebra needs.
BlockPlan three_slots(const StoreSpec& store) {
  BlockPlan plan = all_dropped_but_x(store);
  plan.store(Slot::x1) = store;
  plan.store(Slot::h) = store;
  return plan;
}

// The inputs of the linear layers in one store, all else as plain autograd keeps it: what rivals
// that compress layer by layer do.
BlockPlan linear_inputs(const StoreSpec& store) {
  BlockPlan plan;
  plan.store(Slot::y) = plan.store(Slot::z) = plan.store(Slot::u) = store;
  return plan;
}

BlockPlan dense(const BlockSpec&) {
  BlockPlan plan;
  plan.plain_autograd = true;
  return plan;
}

BlockPlan linear_bsr(const BlockSpec& blocks) {
  return linear_inputs({StoreKind::bsr, blocks});
}

BlockPlan exact(const BlockSpec&) {
  return three_slots({StoreKind::keep});
}

BlockPlan exact_bsr(const BlockSpec& blocks) {
  BlockPlan plan = three_slots({StoreKind::bsr, blocks});
  plan.store(Slot::h) = {StoreKind::keep};
  return plan;
}

template <StoreKind kind>
BlockPlan coded(const BlockSpec&) {
  return three_slots(usual_store(kind));
}

// Codes, and the products of channel mixing pruned.
template <StoreKind kind>
BlockPlan coded_bsr(const BlockSpec& blocks) {
  BlockPlan plan = three_slots(usual_store(kind));
  plan.operand(Product::dW1) = plan.operand(Product::dW2) = {OperandKind::bsr, blocks};
  return plan;
}

template <StoreKind kind>
BlockPlan checkpoint(const BlockSpec&) {
  return all_dropped_but_x(usual_store(kind));
}

BlockPlan topk(const BlockSpec& blocks) {
  StoreSpec top{StoreKind::topk};
  top.sparsity_ratio = blocks.sparsity_ratio;
  return linear_inputs(top);
}

BlockPlan pool(const BlockSpec&) {
  return linear_inputs(usual_store(StoreKind::pool));
}

// name, has blocks, has sparsity, is a baseline, plan
constexpr Preset rows[] = {
    {"dense", false, false, true, dense},
    {"linear-bsr", true, true, false, linear_bsr},
    {"exact", false, false, true, exact},
    {"exact-bsr", true, true, false, exact_bsr},
    {"int8", false, false, false, coded<StoreKind::int8>},
    {"int4", false, false, true, coded<StoreKind::int4>},
    {"int2", false, false, false, coded<StoreKind::int2>},
    {"int4-bsr", true, true, false, coded_bsr<StoreKind::int4>},
    {"int2-bsr", true, true, false, coded_bsr<StoreKind::int2>},
    {"checkpoint", false, false, true, checkpoint<StoreKind::keep>},
    {"checkpoint-int4", false, false, false, checkpoint<StoreKind::int4>},
    {"topk", false, true, false, topk},
    {"pool", false, false, false, pool},
};

}  // namespace

std::span<const Preset> presets() {
  return rows;
}

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Preset& preset : rows) all.emplace_back(preset.name);
    return all;
  }();
  return names;
}

const Preset* find_preset(std::string_view name) noexcept {
  const auto found = std::ranges::find(rows, name, &Preset::name);
  return found == std::end(rows) ? nullptr : found;
}

const Preset& preset_of(std::string_view name) {
  if (const Preset* preset = find_preset(name)) return *preset;
  std::string known;
  for (const Preset& preset : rows) known += (known.empty() ? "" : ", ") + std::string(preset.name);
  throw ConfigError(
      error_text("unknown scheme '" + std::string(name) + "'", {}, "give one of " + known));
}

}  // namespace actscope::core
