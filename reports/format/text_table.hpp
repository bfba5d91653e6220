// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::reports {

/// Columns of a line of text, and of a first cell that is the name of a configuration.
inline constexpr std::size_t text_columns = 120;
inline constexpr std::size_t longest_name = 24;
/// A cell without a value.
inline constexpr const char* empty_cell = "-";

/// Rows of cells, rendered aligned: the first column to the left, numbers to the right. What a
/// terminal would obey is shown (actscope/base/visible_text.hpp).
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// Requires as many cells as the header has.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// First cells of more than `first_columns` characters lose their beginning to "…"; they give up
  /// more, down to 12 characters, where a line would else be longer than `columns`.
  std::string text(std::size_t first_columns = std::string::npos,
                   std::size_t columns = std::string::npos) const;
  std::string markdown() const;
  /// A table element; what the cells say is escaped.
  std::string html() const;
  /// RFC 4180: quoted where needed.
  std::string csv() const;

 private:
  using Rows = std::vector<std::vector<std::string>>;
  Rows lines() const;

  Rows rows_;
};

/// Text that may stand in HTML, in elements and in quoted attributes.
std::string escaped_html(std::string_view text);

/// Text of at most `columns` a line, visible, broken at blanks; later lines start with `indent`.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view indent = {});

}  // namespace actscope::reports
