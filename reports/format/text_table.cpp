// SPDX-License-Identifier: Apache-2.0
#include "format/text_table.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "actscope/base/visible_text.hpp"

namespace actscope::reports {
namespace {

// Characters, not bytes, of UTF-8 text.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

bool is_number_like(const std::string& text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text.front())) != 0 ||
                           text.front() == '-' || text.front() == '+' || text == "n/a");
}

// The last `columns` characters, with "…" for what is gone.
std::string with_end(const std::string& text, std::size_t columns) {
  std::size_t begin = 0;
  for (std::size_t left = width_of(text); left > columns - 1 && width_of(text) > columns;) {
    ++begin;
    const bool starts_a_character =
        begin == text.size() || (static_cast<unsigned char>(text[begin]) & 0xc0U) != 0x80;
    if (starts_a_character) --left;
  }
  return begin == 0 ? text : "…" + text.substr(begin);
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return to_the_right ? space + text : text + space;
}

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  return widths;
}

}  // namespace

// Every cell on one line.
TextTable::Rows TextTable::lines() const {
  Rows lines = rows_;
  for (auto& row : lines) {
    for (std::string& cell : row) cell = visible_line(cell);
  }
  return lines;
}

std::string TextTable::text(std::size_t first_columns, std::size_t columns) const {
  constexpr std::size_t least_first = 12;
  const Rows rows = lines();
  std::vector<std::size_t> width = widths_of(rows);
  width[0] = std::min(width[0], first_columns);
  const std::size_t line_columns =
      std::accumulate(width.begin(), width.end(), 2 * (width.size() - 1));
  if (line_columns > columns && width[0] > least_first) {
    width[0] -= std::min(line_columns - columns, width[0] - least_first);
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string& probe = rows[r == 0 && rows.size() > 1 ? 1 : r][c];
      const bool to_the_right = c > 0 && is_number_like(probe);
      const std::string cell = c == 0 ? with_end(rows[r][c], width[c]) : rows[r][c];
      line += (c == 0 ? "" : "  ") + padded(cell, width[c], to_the_right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r == 0) {
      std::string rule;
      for (std::size_t c = 0; c < width.size(); ++c) {
        rule += (c == 0 ? "" : "  ") + std::string(width[c], '-');
      }
      text += rule + "\n";
    }
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text;
  const Rows rows = lines();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += "|";
    for (std::string cell : rows[r]) {
      for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) {
        cell.insert(at, "\\");
      }
      text += " " + cell + " |";
    }
    text += "\n";
    if (r != 0) continue;
    text += "|";
    for (std::size_t c = 0; c < rows[r].size(); ++c) text += c == 0 ? " --- |" : " ---: |";
    text += "\n";
  }
  return text;
}

std::string TextTable::html() const {
  std::string text = "<table>\n<thead>\n";
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const std::string tag = r == 0 ? "th" : "td";
    text += "<tr>";
    for (const std::string& cell : rows_[r]) {
      text += "<" + tag + ">" + escaped_html(cell) + "</" + tag + ">";
    }
    text += r == 0 ? "</tr>\n</thead>\n<tbody>\n" : "</tr>\n";
  }
  return text + "</tbody>\n</table>\n";
}

std::string TextTable::csv() const {
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      std::string cell = visible_text(row[c]);
      if (cell.find_first_of(",\"\n\r") != std::string::npos) {
        for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2) {
          cell.insert(at, "\"");
        }
        cell = "\"" + cell + "\"";
      }
      text += (c == 0 ? "" : ",") + cell;
    }
    text += "\n";
  }
  return text;
}

std::string escaped_html(std::string_view text) {
  std::string html;
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string wrapped(std::string_view any_text, std::size_t columns, std::string_view indent) {
  const std::string text = visible_text(any_text);
  std::string lines;
  std::string line;
  bool is_blank = true;  // nothing but the indent on the line yet
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (!is_blank && width_of(line) + 1 + width_of(word) > columns) {
      lines += line + "\n";
      line = indent;
      is_blank = true;
    }
    line += (is_blank ? "" : " ") + word;
    is_blank = false;
  }
  return lines + line;
}

}  // namespace actscope::reports
