// SPDX-License-Identifier: Apache-2.0
#include "cpu/product_plan.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "common/block_walk.hpp"

namespace actscope::kernels::cpu {
namespace {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// Place of the first kept block of a range in the value array.
std::int64_t origin_of(const ConstBsrPanels& x, PanelRange range) {
  return first_value(x.layout.panel(range.first), x.index);
}

std::int64_t kept_in(const ConstBsrPanels& x, PanelRange range) {
  const PanelExtent last = x.layout.panel(range.first + range.count - 1);
  const std::int64_t end =
      last.value_block + x.index.column_starts[last.column_start + x.layout.col_blocks()];
  return end - origin_of(x, range);
}

}  // namespace

Strips::Strips(std::int64_t outputs)
    : outputs_(outputs),
      steps_(divide_up(outputs, strip_step)),
      count_(divide_up(steps_, strip_width / strip_step)) {}

Strip Strips::strip(std::int64_t index) const noexcept {
  const std::int64_t first = index * steps_ / count_ * strip_step;
  const std::int64_t end = (index + 1) * steps_ / count_ * strip_step;
  return {first, std::min(end, outputs_) - first, end - first};
}

std::int64_t parts_for_threads(std::int64_t strips, std::int64_t most_parts, std::int64_t threads) {
  std::int64_t best = 1;
  double best_share = 0;
  for (std::int64_t parts = 1; parts <= std::min<std::int64_t>(most_parts, threads); ++parts) {
    const std::int64_t tasks = strips * parts;
    const double share =
        static_cast<double>(tasks) / static_cast<double>(divide_up(tasks, threads) * threads);
    // Packing once more pays where it keeps a tenth more of the threads at work.
    if (share > best_share + 0.1) {
      best = parts;
      best_share = share;
    }
  }
  return best;
}

std::int64_t group_runs(std::int64_t groups, std::int64_t tasks) {
  constexpr std::int64_t least_groups = 4, wanted_tasks = 24;
  return std::clamp<std::int64_t>(divide_up(wanted_tasks, tasks), 1,
                                  std::max<std::int64_t>(1, groups / least_groups));
}

TermLists::TermLists(const ConstBsrPanels& x, PanelRange range, std::int64_t lines)
    : lines_(lines),
      panels_(range.count),
      terms_(std::make_unique_for_overwrite<Term[]>(static_cast<std::size_t>(kept_in(x, range)))),
      starts_(std::make_unique_for_overwrite<std::uint64_t[]>(
          static_cast<std::size_t>(range.count * (lines + 1)))) {}

void TermLists::fill_by_column(const ConstBsrPanels& x, PanelRange range) {
  const PanelLayout& layout = x.layout;
  const std::int64_t origin = origin_of(x, range);
  panels_.run([&](std::int64_t p) {
    const PanelExtent panel = layout.panel(range.first + p);
    const std::uint32_t* starts = x.index.column_starts + panel.column_start;
    const auto base = static_cast<std::uint64_t>(first_value(panel, x.index) - origin);
    for (std::int64_t c = 0; c <= lines_; ++c) {
      starts_[index(p, c)] = base + (starts[c] - starts[0]);
    }
    Term* terms = terms_.get() + base;
    for_each_kept_place(panel, x.index.mask,
                        [&](std::uint32_t r, std::uint32_t, std::uint32_t position) {
                          terms[position] = {position, r};
                        });
  });
  panels_.wait();
}

void TermLists::fill_by_row(const ConstBsrPanels& x, PanelRange range) {
  const PanelLayout& layout = x.layout;
  const std::int64_t origin = origin_of(x, range);
  std::vector<std::uint64_t> next(static_cast<std::size_t>(lines_ + 1));
  panels_.run([&](std::int64_t p) {
    const PanelExtent panel = layout.panel(range.first + p);
    std::ranges::fill(next, 0);
    for_each_kept_place(panel, x.index.mask,
                        [&](std::uint32_t r, std::uint32_t, std::uint32_t) { ++next[r + 1]; });
    next[0] = static_cast<std::uint64_t>(first_value(panel, x.index) - origin);
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::ranges::copy(next, starts_.get() + index(p, 0));
    for_each_kept_place(panel, x.index.mask,
                        [&](std::uint32_t r, std::uint32_t c, std::uint32_t position) {
                          terms_[next[r]++] = {position, c};
                        });
  });
  panels_.wait();
}

}  // namespace actscope::kernels::cpu
