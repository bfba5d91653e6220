// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "actscope/kernels/bsr_panels.hpp"
#include "cpu/shared_work.hpp"
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

/// In how many runs, with sums of their own, the groups of a token-mixing product are cut so that
/// `tasks` tasks a run are enough for many threads. From shapes only, as the order of sums is.
std::int64_t group_runs(std::int64_t groups, std::int64_t tasks);

/// Adds up the sums of runs, which lie one after the other, into those of the first.
/// Shapes  sums [runs, count]
template <class Sum>
void add_runs(Sum* sums, std::int64_t runs, std::int64_t count) {
  for (std::int64_t run = 1; run < runs; ++run) {
    const Sum* more = sums + run * count;
    for (std::int64_t i = 0; i < count; ++i) sums[i] += more[i];
  }
}

/// The kept blocks of a run of panels in the order in which a product reads them: line by line, a
/// line being a column of blocks or a row of blocks inside a panel.
class TermLists {
 public:
  /// Memory for the lists, not yet written.
  TermLists(const ConstBsrPanels& x, PanelRange range, std::int64_t lines);

  /// Fills the lists by column block: terms of a column are its kept row blocks. Called once
  /// by all threads of a parallel region, which share the panels and go on once all are listed.
  /// Requires lines = column blocks
  void fill_by_column(const ConstBsrPanels& x, PanelRange range);
  /// The same by row block: terms of a row are its kept column blocks.
  /// Requires lines = row blocks of the tallest panel
  void fill_by_row(const ConstBsrPanels& x, PanelRange range);

  /// Terms of line `line` of panel `panel` (counted from the range's first).
  const Term* begin(std::int64_t panel, std::int64_t line) const noexcept {
    return terms_.get() + starts_[index(panel, line)];
  }
  std::int64_t count(std::int64_t panel, std::int64_t line) const noexcept {
    return static_cast<std::int64_t>(starts_[index(panel, line) + 1] - starts_[index(panel, line)]);
  }

 private:
  std::size_t index(std::int64_t panel, std::int64_t line) const noexcept {
    return static_cast<std::size_t>(panel * (lines_ + 1) + line);
  }

  std::int64_t lines_ = 0;
  SharedWork panels_;
  std::unique_ptr<Term[]> terms_;
  std::unique_ptr<std::uint64_t[]> starts_;  ///< [panels, lines + 1]
};

}  // namespace actscope::kernels::cpu
