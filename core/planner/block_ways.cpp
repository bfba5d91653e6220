// SPDX-License-Identifier: Apache-2.0
#include "planner/block_ways.hpp"

#include <optional>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

struct MixedWay {
  const char* name;
  const char* preset;
  std::vector<std::string> slots;
  std::vector<std::string> pruned_products;
};

// Between the presets: h is four of the six units that exact keeps, and dW1, dW2 most of the time.
const std::vector<MixedWay>& mixed_ways() {
  static const std::vector<MixedWay> ways{
      {"exact, h dropped", "exact", {"h=drop"}, {}},
      {"exact, products pruned", "exact", {}, {"dW1", "dW2"}},
      {"exact, h int8", "exact", {"h=int8"}, {}},
      {"exact, h int4", "exact", {"h=int4"}, {}},
      {"exact, h int4, products pruned", "exact", {"h=int4"}, {"dW1", "dW2"}},
      {"int8, products pruned", "int8", {}, {"dW1", "dW2"}},
      {"int4, h dropped", "int4", {"h=drop"}, {}},
      {"checkpoint in int8", "checkpoint", {"x=int8"}, {}}};
  return ways;
}

std::optional<BlockPlan> plan_of(RunConfig config, const MixedWay& way,
                                 const ResMlpGeometry& geometry, const std::string& pruned = {}) {
  config.scheme = way.preset;
  config.slot_overrides.clear();
  config.operand_overrides.clear();
  for (const std::string& slot : way.slots) config.slot_overrides.push_back("blocks.*." + slot);
  for (const std::string& product : way.pruned_products) {
    config.operand_overrides.push_back("blocks.*." + product + "=" + pruned);
  }
  ResMlpGeometry one_block = geometry;
  one_block.depth = 1;
  try {
    return make_scheme(config, one_block).blocks.front();
  } catch (const UnsupportedBlockSize&) {
    return std::nullopt;
  }
}

BlockWay described(std::string name, const BlockPlan& plan, const BlockPlan& exact) {
  BlockWay way{std::move(name), plan, {}, {}};
  if (plan.plain_autograd) return way;
  for (std::size_t s = 0; s < slot_count; ++s) {
    if (plan.stores[s] == exact.stores[s]) continue;
    way.slots.push_back(std::string(name_of(static_cast<Slot>(s))) + "=" + to_text(plan.stores[s]));
  }
  for (std::size_t p = 0; p < product_count; ++p) {
    if (plan.operands[p] == exact.operands[p]) continue;
    way.operands.push_back(std::string(name_of(static_cast<Product>(p))) + "=" +
                           to_text(plan.operands[p]));
  }
  return way;
}

}  // namespace

std::vector<BlockWay> block_ways(const RunConfig& config, const ResMlpGeometry& geometry) {
  const BlockPlan exact = plan_of(config, {"exact", "exact", {}, {}}, geometry).value();
  // Products are pruned as the preset prunes them.
  const auto pruning = plan_of(config, {"int4-bsr", "int4-bsr", {}, {}}, geometry);
  const std::string pruned = pruning ? to_text(pruning->operand(Product::dW1)) : std::string();
  std::vector<BlockWay> ways;
  // Two names of one plan are one way: the first, a preset's, stays.
  const auto add = [&](const MixedWay& way) {
    if (pruned.empty() && !way.pruned_products.empty()) return;
    const auto plan = plan_of(config, way, geometry, pruned);
    if (!plan) return;
    BlockWay found = described(way.name, *plan, exact);
    for (const BlockWay& other : ways) {
      const bool is_same = other.plan.plain_autograd == plan->plain_autograd &&
                           other.slots == found.slots && other.operands == found.operands;
      if (is_same) return;
    }
    ways.push_back(std::move(found));
  };
  for (const std::string& preset : preset_names()) add({preset.c_str(), preset.c_str(), {}, {}});
  for (const MixedWay& way : mixed_ways()) add(way);
  return ways;
}

}  // namespace actscope::core
