// SPDX-License-Identifier: Apache-2.0
#include "scheme/block_grammar.hpp"

#include <optional>
#include <sstream>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using kernels::Select;

constexpr std::pair<std::string_view, BlockValues> value_names[] = {{"fp32", BlockValues::full},
                                                                    {"bf16", BlockValues::bf16},
                                                                    {"int8", BlockValues::int8},
                                                                    {"int4", BlockValues::int4}};
constexpr std::string_view unbiased = "unbiased";

std::optional<Select> select_of(std::string_view text) {
  for (const Select select : kernels::all_selects) {
    if (text == name_of(select)) return select;
  }
  return std::nullopt;
}

std::optional<BlockValues> values_of(std::string_view text) {
  for (const auto& [name, values] : value_names) {
    if (text == name) return values;
  }
  return std::nullopt;
}

std::string_view name_of_values(BlockValues values) {
  for (const auto& [name, value] : value_names) {
    if (value == values) return name;
  }
  return {};
}

}  // namespace

std::string alternatives(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 < names.size() ? ", " : " or ") + names[i];
  }
  return text;
}

const std::vector<std::string>& selection_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Select select : kernels::all_selects) all.emplace_back(name_of(select));
    return all;
  }();
  return names;
}

std::vector<std::string> split_text(std::string_view text, char separator) {
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

bool read_blocks(const std::vector<std::string>& parts, BlockText& text) {
  if (parts.size() < 3) return false;
  const std::vector<std::string> sides = split_text(parts[1], 'x');
  const bool has_sides = sides.size() <= 2 && read_number(sides.front(), text.blocks.block_rows) &&
                         read_number(sides.back(), text.blocks.block_cols);
  if (!has_sides || !read_number(parts[2], text.blocks.sparsity_ratio)) return false;
  std::size_t next = 3;
  if (next < parts.size()) {
    if (const auto select = select_of(parts[next])) {
      text.blocks.select = *select;
      ++next;
    }
  }
  if (next < parts.size()) {
    if (const auto values = values_of(parts[next])) {
      text.values = *values;
      ++next;
    }
  }
  if (next < parts.size() && parts[next] == unbiased) {
    text.blocks.rescale = kernels::Rescale::unbiased;
    ++next;
  }
  if (next != parts.size()) return false;
  text.blocks.validate();
  return true;
}

std::string blocks_text(std::string_view name, const BlockText& shown) {
  const kernels::BlockSpec& spec = shown.blocks;
  std::ostringstream text;
  text << name << ':' << spec.block_rows;
  if (spec.block_cols != spec.block_rows) text << 'x' << spec.block_cols;
  text << ':' << number_text(spec.sparsity_ratio);
  const bool has_values = shown.values != BlockValues::full;
  if (has_values || spec.select != Select::panel) text << ':' << name_of(spec.select);
  if (has_values) text << ':' << name_of_values(shown.values);
  if (spec.rescale == kernels::Rescale::unbiased) text << ':' << unbiased;
  return text.str();
}

void parse_select(std::string_view text, kernels::BlockSpec& blocks) {
  const std::vector<std::string> parts = split_text(text, ':');
  const auto select = select_of(parts.front());
  const bool is_rescaled = parts.size() == 2 && parts[1] == unbiased;
  if (!select || (parts.size() > 1 && !is_rescaled)) {
    throw ConfigError(error_text("unknown selection '" + std::string(text) + "'", {},
                                 "give " + alternatives(selection_names()) +
                                     ", with :unbiased behind it to rescale what is drawn"));
  }
  blocks.select = *select;
  blocks.rescale = is_rescaled ? kernels::Rescale::unbiased : kernels::Rescale::none;
}

}  // namespace actscope::core
