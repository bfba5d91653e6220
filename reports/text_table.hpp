// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace actscope::reports {

/// Rows of cells, rendered aligned: the first column to the left, numbers to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// Requires as many cells as the header has.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const;
  std::string markdown() const;
  /// RFC 4180: quoted where needed.
  std::string csv() const;

 private:
  std::vector<std::size_t> widths() const;

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace actscope::reports
