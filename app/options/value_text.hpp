// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace actscope::app {

/// The value of a command-line option, read from the whole of its text. `option` names it in
/// errors.
/// Errors  ConfigError: no whole number, or one beyond 64 bits
std::int64_t parse_integer(const std::string& option, const std::string& text);

/// Errors  ConfigError: no finite decimal number
double parse_real(const std::string& option, const std::string& text);

/// "64MiB", "8 GiB", "1500". Units: bytes.
/// Errors  ConfigError: no size, or a negative one
std::int64_t parse_size(const std::string& option, const std::string& text);

/// "16" → 16×16, "8x64" → 8×64: rows and columns of a block. Units: elements.
/// Errors  ConfigError: neither form, or a side below 1
std::pair<std::int64_t, std::int64_t> parse_block(const std::string& option,
                                                  const std::string& text);

/// The parts of "a,b,c".
/// Errors  ConfigError: an empty part
std::vector<std::string> parse_list(const std::string& option, const std::string& text);

}  // namespace actscope::app
