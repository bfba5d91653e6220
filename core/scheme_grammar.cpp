// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <sstream>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme.hpp"

namespace actscope::core {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

ConfigError not_of_the_grammar(std::string_view what, std::string_view text,
                               std::string_view allowed) {
  return ConfigError(error_text("not " + std::string(what) + ": '" + std::string(text) + "'", {},
                                "write " + std::string(allowed)));
}

constexpr std::string_view store_grammar =
    "keep, drop, int8, int4, or bsr:BLOCK:SPARSITY[:SELECT] as bsr:16:0.8 or bsr:8x64:0.8:row";
constexpr std::string_view operand_grammar = "full, or bsr:BLOCK:SPARSITY[:SELECT] as bsr:16:0.8";

template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc{} && result.ptr == end && !text.empty();
}

// Ways of selecting that see a part of a matrix at a time, as the walk over a batch does.
kernels::Select parse_select(std::string_view text) {
  for (const kernels::Select select : {kernels::Select::panel, kernels::Select::row}) {
    if (text == name_of(select)) return select;
  }
  throw ConfigError(error_text("not a way of selecting blocks: '" + std::string(text) + "'", {},
                               "write panel or row"));
}

// bsr:BLOCK:SPARSITY[:SELECT]
kernels::BlockSpec parse_blocks(std::string_view text, std::string_view what,
                                std::string_view grammar) {
  const std::vector<std::string> parts = split(text, ':');
  kernels::BlockSpec spec;
  if (parts.size() < 3 || parts.size() > 4 || parts[0] != "bsr") {
    throw not_of_the_grammar(what, text, grammar);
  }
  const std::vector<std::string> sides = split(parts[1], 'x');
  const bool has_sides = sides.size() <= 2 && read_number(sides.front(), spec.block_rows) &&
                         read_number(sides.back(), spec.block_cols);
  if (!has_sides || !read_number(parts[2], spec.sparsity_ratio)) {
    throw not_of_the_grammar(what, text, grammar);
  }
  if (parts.size() == 4) spec.select = parse_select(parts[3]);
  spec.validate();
  return spec;
}

std::string blocks_text(const kernels::BlockSpec& spec) {
  // The shortest text that reads back as the same number; zeros end it.
  char sparsity[32] = {};
  std::to_chars(sparsity, sparsity + sizeof sparsity - 1, spec.sparsity_ratio);
  std::ostringstream text;
  text << "bsr:" << spec.block_rows;
  if (spec.block_cols != spec.block_rows) text << 'x' << spec.block_cols;
  text << ':' << sparsity;
  if (spec.select != kernels::Select::panel) text << ':' << name_of(spec.select);
  return text.str();
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

Store parse_store(std::string_view text) {
  if (text == "keep") return {StoreKind::keep, {}};
  if (text == "drop") return {StoreKind::drop, {}};
  if (text == "int8") return {StoreKind::int8, {}};
  if (text == "int4") return {StoreKind::int4, {}};
  return {StoreKind::bsr, parse_blocks(text, "a store", store_grammar)};
}

std::string to_text(const Store& store) {
  switch (store.kind) {
    case StoreKind::keep:
      return "keep";
    case StoreKind::drop:
      return "drop";
    case StoreKind::int8:
      return "int8";
    case StoreKind::int4:
      return "int4";
    case StoreKind::bsr:
      return blocks_text(store.blocks);
  }
  return "keep";
}

Operand parse_operand(std::string_view text) {
  if (text == "full") return {};
  return {OperandKind::bsr, parse_blocks(text, "an operand", operand_grammar)};
}

std::string to_text(const Operand& operand) {
  return operand.kind == OperandKind::full ? "full" : blocks_text(operand.blocks);
}

}  // namespace actscope::core
