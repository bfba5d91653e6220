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
    "full, or bsr:BLOCK:SPARSITY[:SELECT][:unbiased] as bsr:16:0.8";

}  // namespace

Operand parse_operand(std::string_view text) {
  if (text == "full") return {};
  const std::vector<std::string> parts = split_text(text, ':');
  if (parts.back() == "centered") {
    throw ConfigError(error_text("operand '" + std::string(text) + "' is no longer there",
                                 "keeping means beside blocks lost accuracy in every trial",
                                 "leave :centered out"));
  }
  BlockText read;
  if (parts[0] != "bsr" || !read_blocks(parts, read) || read.values != BlockValues::full) {
    throw not_of_the_grammar("an operand", text, operand_grammar);
  }
  return {OperandKind::bsr, read.blocks};
}

std::string to_text(const Operand& operand) {
  if (operand.kind == OperandKind::full) return "full";
  return blocks_text("bsr", {operand.blocks});
}

}  // namespace actscope::core
