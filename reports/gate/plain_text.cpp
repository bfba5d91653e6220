// SPDX-License-Identifier: Apache-2.0
#include "gate/plain_text.hpp"

#include "actscope/base/visible_text.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

unsigned byte_at(const std::string& text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
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
  const std::string line = visible_line(text.substr(0, 4 * most_bytes));
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
