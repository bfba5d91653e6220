// SPDX-License-Identifier: Apache-2.0
#include "options/value_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"

namespace actscope::app {
namespace {

template <class Number>
std::optional<Number> read_whole(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::int64_t parse_integer(const std::string& option, const std::string& text) {
  if (const auto number = read_whole<std::int64_t>(text)) return *number;
  throw ConfigError(error_text(option + " takes a whole number", "got '" + text + "'",
                               "write digits only, as 128"));
}

double parse_real(const std::string& option, const std::string& text) {
  const auto number = read_whole<double>(text);
  if (number && std::isfinite(*number)) return *number;
  throw ConfigError(
      error_text(option + " takes a number", "got '" + text + "'", "write it as 0.8 or 1e-3"));
}

std::int64_t parse_size(const std::string& option, const std::string& text) {
  try {
    return parse_bytes(text);
  } catch (const ConfigError& error) {
    throw ConfigError(option + ": " + error.what());
  }
}

std::pair<std::int64_t, std::int64_t> parse_block(const std::string& option,
                                                  const std::string& text) {
  const std::size_t cross = text.find('x');
  const auto rows = read_whole<std::int64_t>(text.substr(0, cross));
  const auto cols =
      cross == std::string::npos ? rows : read_whole<std::int64_t>(text.substr(cross + 1));
  if (rows && cols && *rows >= 1 && *cols >= 1) return {*rows, *cols};
  throw ConfigError(error_text(option + " takes sides from 1", "got '" + text + "'",
                               "write one side as 16, or rows and columns as 8x64"));
}

std::vector<std::string> parse_list(const std::string& option, const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    if (parts.back().empty()) {
      throw ConfigError(error_text(option + " takes values with commas between",
                                   "got '" + text + "'", "leave no blanks and no empty value"));
    }
    begin = end + 1;
  }
  return parts;
}

}  // namespace actscope::app
