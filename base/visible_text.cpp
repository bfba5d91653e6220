// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/visible_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace actscope {
namespace {

// A character of UTF-8; 0 bytes: there is none.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

Character character_at(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes == 0 || first > 0xf4) return {};
  std::uint32_t code = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const std::uint32_t next = byte_at(text, at + i);
    if ((next & 0xc0U) != 0x80) return {};
    code = code << 6U | (next & 0x3fU);
  }
  const bool is_overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (is_overlong || is_surrogate || code > 0x10ffff) return {};
  return {code, bytes};
}

bool is_shown(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  if (code == 0x061c || code == 0x200e || code == 0x200f) return false;  // marks of direction
  if (code >= 0x2028 && code <= 0x202e) return false;  // separators, embeddings, overrides
  if (code >= 0x2066 && code <= 0x2069) return false;  // isolates
  return code != 0xfffe && code != 0xffff;
}

bool is_blank(std::uint32_t code) {
  return code == '\n' || code == '\t' || code == '\r';
}

template <class Blank>
std::string visible(std::string_view text, const Blank& blank) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.bytes == 0) {
      shown += fmt::format("\\x{:02x}", byte_at(text, at));
    } else if (is_blank(c.code)) {
      blank(shown, static_cast<char>(c.code));
    } else if (is_shown(c.code)) {
      shown += text.substr(at, c.bytes);
    } else {
      shown += fmt::format("\\u{:04x}", c.code);
    }
    at += c.bytes == 0 ? 1 : c.bytes;
  }
  return shown;
}

}  // namespace

std::string visible_text(std::string_view text) {
  return visible(text, [](std::string& shown, char c) {
    if (c == '\r') {
      shown += "\\u000d";  // the rest of the line would be written over its beginning
    } else {
      shown += c;
    }
  });
}

std::string visible_line(std::string_view text) {
  return visible(text, [](std::string& shown, char) { shown += ' '; });
}

}  // namespace actscope
