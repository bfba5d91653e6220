// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/core/scheme/scheme.hpp"

/// The part of the grammar of stores and operands that speaks of blocks.
namespace actscope::core {

/// "a", "a or b", "a, b or c". Requires a name
std::string alternatives(const std::vector<std::string>& names);

std::vector<std::string> split_text(std::string_view text, char separator);

/// Whether all of `text` is a number, then written to `number`.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc{} && result.ptr == end && !text.empty();
}

/// The shortest text that reads back as the same number.
template <class Number>
std::string number_text(Number number) {
  char text[32] = {};
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// Which blocks are kept, and how their values are written.
struct BlockText {
  kernels::BlockSpec blocks;
  BlockValues values = BlockValues::full;
};

/// Reads BLOCK:SPARSITY[:SELECT][:VALUES][:unbiased], the parts behind a name, from parts[1] on.
/// Returns whether they follow the grammar; if so, their numbers may still be refused.
/// Errors  ConfigError, UnsupportedBlockSize: as BlockSpec::validate
bool read_blocks(const std::vector<std::string>& parts, BlockText& text);

/// name:BLOCK:SPARSITY… in the shortest form that reads back the same.
std::string blocks_text(std::string_view name, const BlockText& text);

}  // namespace actscope::core
