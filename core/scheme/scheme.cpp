// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/scheme.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/core/scheme/store_bytes.hpp"

namespace actscope::core {
namespace {

// Whether `text` matches a pattern in which `*` stands for any run of characters.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, resume = 0;  // the last `*`, and where it ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

struct Override {
  std::string pattern;
  std::string value;
};

Override split_override(const std::string& text, std::string_view option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw ConfigError(error_text("not an override: '" + text + "'", {},
                                 "write " + std::string(option) + " PATTERN=VALUE"));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// Applies one override to every (block, member) whose name it matches.
template <std::size_t Count, class Apply>
void apply_override(std::vector<BlockPlan>& blocks, const Override& change, const char* kind,
                    const std::array<std::string_view, Count>& members, const Apply& apply) {
  bool found = false;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t m = 0; m < Count; ++m) {
      const std::string name = "blocks." + std::to_string(i) + "." + std::string(members[m]);
      if (!matches(change.pattern, name)) continue;
      apply(blocks[i], m);
      found = true;
    }
  }
  if (!found) {
    std::string known;
    for (std::string_view member : members)
      known += (known.empty() ? "" : ", ") + std::string(member);
    throw ConfigError(error_text(
        "pattern '" + change.pattern + "' matches no " + kind,
        "there are blocks.0 to blocks." + std::to_string(blocks.size() - 1) + " with " + known,
        "write it as blocks.*." + std::string(members.back())));
  }
}

void validate_store(const BlockPlan& plan, Slot slot, const ResMlpGeometry& geometry,
                    std::int64_t batch) {
  const StoreSpec& store = plan.store(slot);
  if (has_panels(store.kind)) (void)slot_layout(geometry, batch, slot, store.blocks);
  if (store.kind == StoreKind::pool) (void)pooled_side(geometry.tokens(), store.pool_side);
  if (!is_gelu_code(store.kind)) return;
  if (slot != Slot::h) {
    throw ConfigError(
        error_text("slot " + std::string(name_of(slot)) + " cannot be " + to_text(store),
                   "that is a code of the derivative of GELU, which h has", "give it to slot h"));
  }
  if (plan.store(Slot::u).kind == StoreKind::drop) {
    throw ConfigError(error_text("slot h cannot be " + to_text(store) + " while u is dropped",
                                 "the code tells the derivative of GELU, and not u = gelu(h)",
                                 "store u as well, as --slot 'blocks.*.u=int4'"));
  }
}

void validate_plan(const BlockPlan& plan, const ResMlpGeometry& geometry, std::int64_t batch) {
  if (plan.store(Slot::x).kind == StoreKind::drop) {
    throw ConfigError(error_text("slot x cannot be dropped", "nothing else rebuilds it",
                                 "store it, or drop x1, h and the others"));
  }
  for (std::size_t s = 0; s < slot_count; ++s) {
    validate_store(plan, static_cast<Slot>(s), geometry, batch);
  }
  for (std::size_t p = 0; p < product_count; ++p) {
    const auto product = static_cast<Product>(p);
    if (plan.operand(product).kind != OperandKind::bsr) continue;
    const Slot source = operand_slot(plan, product);
    const StoreSpec& store = plan.store(source);
    if (prunes_anew(store, plan.operand(product))) {
      throw ConfigError(error_text(
          "operand " + std::string(name_of(product)) + " prunes a slot that is stored pruned",
          "slot " + std::string(name_of(source)) + " is " + to_text(store) + ", the operand " +
              to_text(plan.operand(product)),
          "leave the operand full: the product reads the kept blocks"));
    }
    (void)slot_layout(geometry, batch, source, plan.operand(product).blocks);
  }
}

}  // namespace

bool Scheme::is_plain_autograd() const {
  return std::ranges::all_of(blocks, [](const BlockPlan& plan) { return plan.plain_autograd; });
}

Scheme make_scheme(const RunConfig& config, const ResMlpGeometry& geometry) {
  kernels::BlockSpec blocks{config.block_rows, config.block_cols, config.sparsity_ratio};
  blocks.validate();
  parse_select(config.select, blocks);
  if (config.batch < 1) {
    throw ConfigError(error_text("batch is out of range", "got " + std::to_string(config.batch),
                                 "give a number from 1"));
  }
  Scheme scheme;
  scheme.name = config.scheme;
  const BlockPlan preset = preset_of(config.scheme).plan(blocks);
  scheme.blocks.assign(static_cast<std::size_t>(geometry.depth), preset);
  const bool has_overrides = !config.slot_overrides.empty() || !config.operand_overrides.empty();
  if (preset.plain_autograd && has_overrides) {
    throw ConfigError(error_text("scheme dense takes no --slot and no --operand",
                                 "its slots are chosen by LibTorch's autograd",
                                 "start from --scheme exact, where every slot can be set"));
  }
  for (const std::string& text : config.slot_overrides) {
    const Override change = split_override(text, "--slot");
    const StoreSpec store = parse_store(change.value);
    apply_override(scheme.blocks, change, "slot", slot_names,
                   [&](BlockPlan& plan, std::size_t slot) { plan.stores[slot] = store; });
  }
  for (const std::string& text : config.operand_overrides) {
    const Override change = split_override(text, "--operand");
    const Operand operand = parse_operand(change.value);
    apply_override(scheme.blocks, change, "product", product_names,
                   [&](BlockPlan& plan, std::size_t product) { plan.operands[product] = operand; });
  }
  if (!preset.plain_autograd) {
    for (const BlockPlan& plan : scheme.blocks) validate_plan(plan, geometry, config.batch);
  }
  return scheme;
}

}  // namespace actscope::core
