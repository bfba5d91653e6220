// SPDX-License-Identifier: Apache-2.0
#include "format/html.hpp"

#include "format/text_table.hpp"

namespace actscope::reports {

std::string script_json(const Json& data) {
  std::string safe;
  for (char c : data.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string list_html(const std::vector<std::string>& lines) {
  std::string html;
  for (const std::string& line : lines) html += "<li>" + escaped_html(line) + "</li>\n";
  return html;
}

std::string filled(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string text;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t begin = page.find('@', at);
    const std::size_t end = begin == page.npos ? page.npos : page.find('@', begin + 1);
    if (end == page.npos) return text.append(page.substr(at));
    const auto part = parts.find(page.substr(begin + 1, end - begin - 1));
    const bool is_mark = part != parts.end();
    text.append(page.substr(at, (is_mark ? begin : end) - at));
    if (is_mark) text += part->second;
    at = is_mark ? end + 1 : end;
  }
  return text;
}

}  // namespace actscope::reports
