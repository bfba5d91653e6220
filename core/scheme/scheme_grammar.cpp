// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "scheme/block_grammar.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t largest_pool_side = 64;

ConfigError not_of_the_grammar(std::string_view what, std::string_view text,
                               std::string_view allowed) {
  return ConfigError(error_text("not " + std::string(what) + ": '" + std::string(text) + "'", {},
                                "write " + std::string(allowed)));
}

constexpr std::string_view store_grammar =
    "keep, drop, bf16, fp8, code4, code2, int8, int4 or int2 with :nearest or :stochastic behind "
    "it, topk:SPARSITY, pool:SIDE, or bsr:BLOCK:SPARSITY[:SELECT][:VALUES][:unbiased] as "
    "bsr:16:0.8 or bsr:8x64:0.8:row:int8, or bsr+int2 in place of bsr";
constexpr std::string_view operand_grammar =
    "full, or bsr:BLOCK:SPARSITY[:SELECT][:unbiased][:centered] as bsr:16:0.8";

constexpr std::string_view centered = "centered";

constexpr std::pair<std::string_view, StoreKind> plain_names[] = {
    {"keep", StoreKind::keep}, {"drop", StoreKind::drop},   {"bf16", StoreKind::bf16},
    {"fp8", StoreKind::fp8},   {"code4", StoreKind::code4}, {"code2", StoreKind::code2}};
constexpr std::pair<std::string_view, StoreKind> code_names[] = {
    {"int8", StoreKind::int8}, {"int4", StoreKind::int4}, {"int2", StoreKind::int2}};

// Four levels are too few for a nearest one: on average stochastic rounding is right.
constexpr kernels::RoundTo usual_rounding(StoreKind kind) {
  return kind == StoreKind::int2 ? kernels::RoundTo::stochastic : kernels::RoundTo::nearest;
}

bool read_coded(const std::vector<std::string>& parts, StoreSpec& store) {
  for (const auto& [name, kind] : code_names) {
    if (parts[0] != name || parts.size() > 2) continue;
    store.kind = kind;
    store.rounding = usual_rounding(kind);
    if (parts.size() == 1) return true;
    store.rounding =
        parts[1] == "stochastic" ? kernels::RoundTo::stochastic : kernels::RoundTo::nearest;
    return parts[1] == "stochastic" || parts[1] == "nearest";
  }
  return false;
}

bool read_pruned(const std::vector<std::string>& parts, StoreSpec& store) {
  if (parts[0] != "bsr" && parts[0] != "bsr+int2") return false;
  store.kind = parts[0] == "bsr" ? StoreKind::bsr : StoreKind::bsr_int2;
  BlockText text;
  if (!read_blocks(parts, text)) return false;
  store.blocks = text.blocks;
  store.values = text.values;
  return true;
}

bool read_measured(const std::vector<std::string>& parts, StoreSpec& store) {
  if (parts.size() != 2) return false;
  if (parts[0] == "topk") {
    store.kind = StoreKind::topk;
    return read_number(parts[1], store.sparsity_ratio);
  }
  store.kind = StoreKind::pool;
  return parts[0] == "pool" && read_number(parts[1], store.pool_side);
}

void validate(const StoreSpec& store, std::string_view text) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw ConfigError(error_text("not a store: '" + std::string(text) + "'", why, remedy));
  };
  if (store.kind == StoreKind::bsr_int2 && store.blocks.rescale == kernels::Rescale::unbiased) {
    refuse("the rest is kept as well, so nothing is made up for by rescaling",
           "leave unbiased out, or write bsr");
  }
  if (!(store.sparsity_ratio >= 0 && store.sparsity_ratio < 1)) {
    refuse("sparsity " + number_text(store.sparsity_ratio) + " is out of range",
           "give a number from 0 to below 1");
  }
  if (store.pool_side < 2 || store.pool_side > largest_pool_side) {
    refuse("a square of side " + std::to_string(store.pool_side) + " is out of range",
           "give a number from 2 to " + std::to_string(largest_pool_side));
  }
}

template <std::size_t Count>
std::string_view name_in(const std::pair<std::string_view, StoreKind> (&names)[Count],
                         StoreKind kind) {
  for (const auto& [name, named] : names) {
    if (named == kind) return name;
  }
  return {};
}

}  // namespace

std::string_view name_of(Slot slot) noexcept {
  constexpr std::string_view names[slot_count] = {"x", "y", "t", "x1", "z", "h", "u", "v"};
  return names[static_cast<std::size_t>(slot)];
}

std::string_view name_of(Product product) noexcept {
  constexpr std::string_view names[product_count] = {"dA", "dW1", "dW2"};
  return names[static_cast<std::size_t>(product)];
}

StoreSpec parse_store(std::string_view text) {
  for (const auto& [name, kind] : plain_names) {
    if (text == name) return {kind};
  }
  const std::vector<std::string> parts = split_text(text, ':');
  StoreSpec store;
  if (!read_coded(parts, store) && !read_pruned(parts, store) && !read_measured(parts, store)) {
    throw not_of_the_grammar("a store", text, store_grammar);
  }
  validate(store, text);
  return store;
}

std::string to_text(const StoreSpec& store) {
  switch (store.kind) {
    case StoreKind::bsr:
      return blocks_text("bsr", {store.blocks, store.values});
    case StoreKind::bsr_int2:
      return blocks_text("bsr+int2", {store.blocks, store.values});
    case StoreKind::topk:
      return "topk:" + number_text(store.sparsity_ratio);
    case StoreKind::pool:
      return "pool:" + std::to_string(store.pool_side);
    default:
      break;
  }
  const std::string_view coded = name_in(code_names, store.kind);
  if (coded.empty()) return std::string(name_in(plain_names, store.kind));
  std::string shown(coded);
  if (store.rounding != usual_rounding(store.kind)) {
    shown += store.rounding == kernels::RoundTo::nearest ? ":nearest" : ":stochastic";
  }
  return shown;
}

Operand parse_operand(std::string_view text) {
  if (text == "full") return {};
  std::vector<std::string> parts = split_text(text, ':');
  const bool is_centered = parts.back() == centered;
  if (is_centered) parts.pop_back();
  BlockText read;
  if (parts.empty() || parts[0] != "bsr" || !read_blocks(parts, read) ||
      read.values != BlockValues::full) {
    throw not_of_the_grammar("an operand", text, operand_grammar);
  }
  return {OperandKind::bsr, read.blocks, is_centered};
}

std::string to_text(const Operand& operand) {
  if (operand.kind == OperandKind::full) return "full";
  std::string shown = blocks_text("bsr", {operand.blocks});
  if (operand.is_centered) shown.append(":").append(centered);
  return shown;
}

}  // namespace actscope::core
