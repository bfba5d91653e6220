// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/kernels/bsr_panels.hpp"
#include "cpu/tile.hpp"

namespace actscope::kernels::cpu {

/// Outputs [first, first + count) as one strip; `width` is count rounded up to strip_step.
struct Strip {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t width = 0;
};

/// Strips that cover `outputs`, as equal as strip_step allows, none wider than strip_width.
class Strips {
 public:
  explicit Strips(std::int64_t outputs);
  std::int64_t count() const noexcept { return count_; }
  Strip strip(std::int64_t index) const noexcept;

 private:
  std::int64_t outputs_ = 0;
  std::int64_t steps_ = 0;
  std::int64_t count_ = 0;
};

/// In how many parts the other side of a product is cut so that `strips` × parts keeps all threads
/// busy; each part packs its strip again. Results do not depend on it.
std::int64_t parts_for_threads(std::int64_t strips, std::int64_t most_parts, std::int64_t threads);

/// The kept blocks of a run of panels in the order in which a product reads them.
class TermLists {
 public:
  /// Lists by column block: terms of a column are its kept row blocks.
  static TermLists by_column(const ConstBsrPanels& x, PanelRange range);
  /// Lists by row block: terms of a row are its kept column blocks.
  static TermLists by_row(const ConstBsrPanels& x, PanelRange range);

  /// Terms of line `line` (column or row block) of panel `panel` (counted from the range's first).
  const Term* begin(std::int64_t panel, std::int64_t line) const noexcept {
    return terms_.data() + starts_[index(panel, line)];
  }
  std::int64_t count(std::int64_t panel, std::int64_t line) const noexcept {
    return static_cast<std::int64_t>(starts_[index(panel, line) + 1] - starts_[index(panel, line)]);
  }

 private:
  TermLists(std::int64_t panels, std::int64_t lines, std::int64_t terms);
  std::size_t index(std::int64_t panel, std::int64_t line) const noexcept {
    return static_cast<std::size_t>(panel * (lines_ + 1) + line);
  }

  std::int64_t lines_ = 0;
  std::vector<Term> terms_;
  std::vector<std::uint64_t> starts_;  ///< [panels, lines + 1]
};

}  // namespace actscope::kernels::cpu
