// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "scheme/block_grammar.hpp"

namespace actscope::core {
namespace {

ConfigError not_of_the_grammar(std::string_view what, std::string_view text,
                               std::string_view allowed) {
  return ConfigError(error_text("not " + std::string(what) + ": '" + std::string(text) + "'", {},
                                "write " + std::string(allowed)));
}

constexpr std::string_view operand_grammar =
    "full, or bsr:BLOCK:SPARSITY[:SELECT][:unbiased][:centered] as bsr:16:0.8";

constexpr std::string_view centered = "centered";

}  // namespace

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
