// SPDX-License-Identifier: Apache-2.0
#include "gate/plain_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "text_table.hpp"

namespace actscope::reports {
namespace {

// The JSON library puts U+FFFD for what is no UTF-8.
std::string repaired(std::string_view text) {
  using Json = nlohmann::json;
  const Json value = std::string(text);
  return Json::parse(value.dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

unsigned byte_at(const std::string& text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Bytes of the character at `at` that shall not be shown; 0: it may be.
std::size_t length_of_control(const std::string& text, std::size_t at) {
  const unsigned first = byte_at(text, at), second = byte_at(text, at + 1);
  if (first < 0x20 || first == 0x7f) return 1;
  if (first == 0xc2 && second >= 0x80 && second < 0xa0) return 2;                  // C1 controls
  if (first == 0xef && second == 0xbf && byte_at(text, at + 2) >= 0xbe) return 3;  // U+FFFE, U+FFFF
  return 0;
}

std::string with_escapes(std::string_view text, std::string_view characters) {
  std::string escaped;
  for (const char c : text) {
    if (characters.find(c) != characters.npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void replace_all(std::string& text, char what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size()) {
    text.replace(at, 1, by);
  }
}

}  // namespace

std::string plain_line(std::string_view text, std::size_t most_bytes) {
  const std::string valid = repaired(text.substr(0, 4 * most_bytes));
  std::string line;
  for (std::size_t at = 0; at < valid.size();) {
    const std::size_t control = length_of_control(valid, at);
    if (control > 0) {
      line += ' ';
    } else {
      line += valid[at];
    }
    at += std::max<std::size_t>(control, 1);
  }
  if (line.size() <= most_bytes) return line;
  std::size_t end = most_bytes;
  while (end > 0 && (byte_at(line, end) & 0xc0U) == 0x80) --end;
  return line.substr(0, end) + "…";
}

std::string xml_text(std::string_view text) {
  return escaped_html(plain_line(text));
}

std::string markdown_text(std::string_view text) {
  return escaped_html(with_escapes(plain_line(text), "\\`*[]|~"));
}

std::string annotation_text(std::string_view text) {
  std::string line = plain_line(text);
  replace_all(line, '%', "%25");
  return line;
}

std::string annotation_property(std::string_view text) {
  std::string line = annotation_text(text);
  replace_all(line, ':', "%3A");
  replace_all(line, ',', "%2C");
  return line;
}

}  // namespace actscope::reports
