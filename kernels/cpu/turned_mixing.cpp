// SPDX-License-Identifier: Apache-2.0
#include "cpu/turned_mixing.hpp"

#include <omp.h>

#include <algorithm>
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/product_plan.hpp"
#include "cpu/shared_work.hpp"
#include "cpu/tile.hpp"
#include "cpu/transpose.hpp"

namespace actscope::kernels::cpu {
namespace {

// How the product is cut into tasks: a task sums one row of blocks (of each group) over a run of
// groups. Runs have sums of their own, added in order afterwards. The number of runs follows from
// shapes only.
class RowPlan {
 public:
  RowPlan(const PanelLayout& layout, PanelRange range, std::int64_t mixed)
      : panel_row_blocks_(layout.panel_rows() / layout.block_rows()),
        row_blocks_((layout.rows() + layout.block_rows() - 1) / layout.block_rows()),
        groups_(range.count / layout.panels_per_group()),
        task_sums_(mixed * layout.block_rows()),
        runs_(group_runs(groups_, row_blocks_)) {}

  std::int64_t rows() const noexcept { return row_blocks_; }
  std::int64_t runs() const noexcept { return runs_; }
  std::int64_t tasks() const noexcept { return row_blocks_ * runs_; }
  std::int64_t task_sums() const noexcept { return task_sums_; }
  std::int64_t row_block(std::int64_t task) const noexcept { return task / runs_; }
  std::int64_t panel_of(std::int64_t row_block) const noexcept {  // in the group
    return row_block / panel_row_blocks_;
  }
  std::int64_t row_in_panel(std::int64_t row_block) const noexcept {
    return row_block % panel_row_blocks_;
  }
  std::int64_t first_group(std::int64_t task) const noexcept {
    return task % runs_ * groups_ / runs_;
  }
  std::int64_t end_group(std::int64_t task) const noexcept {
    return (task % runs_ + 1) * groups_ / runs_;
  }

 private:
  std::int64_t panel_row_blocks_;
  std::int64_t row_blocks_;  // of a group
  std::int64_t groups_;
  std::int64_t task_sums_;
  std::int64_t runs_;
};

// To the micro-kernel a row of dt is what a kept block is in other products: its "features" are the
// mixed tokens.
template <class T>
class RowTile {
 public:
  using Sum = SumOf<T>;

  RowTile(const ConstMatrixView& dt, const ConstBsrPanels& y, PanelRange range,
          const TermLists& lists, const RowPlan& plan)
      : dt_(dt),
        y_(y),
        range_(range),
        lists_(lists),
        plan_(plan),
        access_{y.layout.block_cols(), y.layout.block_cols(), dt.rows, 1, dt.row_stride} {}

  // Shapes  sums [mixed, block_rows], zero before
  void run(std::int64_t task, Sum* sums) {
    turn(task);
    ReadAhead none;
    accumulate(runs_.data(), static_cast<std::int64_t>(runs_.size()), access_,
               y_.layout.block_rows(), sums, none);
  }

 private:
  std::int64_t panel_number(std::int64_t group, std::int64_t row_block) const {
    return group * y_.layout.panels_per_group() + plan_.panel_of(row_block);
  }

  void turn(std::int64_t task) {
    const std::int64_t row_block = plan_.row_block(task);
    const std::int64_t row = plan_.row_in_panel(row_block);
    const std::int64_t first = plan_.first_group(task), end = plan_.end_group(task);
    std::int64_t kept = 0;
    for (std::int64_t g = first; g < end; ++g)
      kept += lists_.count(panel_number(g, row_block), row);
    terms_.resize(static_cast<std::size_t>(kept));
    turned_.resize(static_cast<std::size_t>(kept * y_.layout.block_elements()));
    runs_.clear();
    std::int64_t place = 0;
    for (std::int64_t g = first; g < end; ++g) {
      const std::int64_t number = panel_number(g, row_block);
      const PanelExtent panel = y_.layout.panel(range_.first + number);
      const T* values = static_cast<const T*>(y_.values) +
                        first_value(panel, y_.index) * y_.layout.block_elements();
      const std::int64_t count = lists_.count(number, row);
      Sum* turned = turned_.data() + place * y_.layout.block_elements();
      Term* terms = terms_.data() + place;
      const Term* listed = lists_.begin(number, row);
      for (std::int64_t t = 0; t < count; ++t) {
        turn_block(values + listed[t].position * y_.layout.block_elements(),
                   turned + t * y_.layout.block_elements());
        terms[t] = {listed[t].depth, static_cast<std::uint32_t>(t)};  // column block, turned block
      }
      runs_.push_back({element<const T>(dt_, g, 0, 0), turned, terms, count});
      place += count;
    }
  }

  // [block_rows, block_cols] → [block_cols, block_rows]
  void turn_block(const T* from, Sum* to) {
    const std::int64_t rows = y_.layout.block_rows(), cols = y_.layout.block_cols();
    if constexpr (std::is_same_v<T, Sum>) {
      transpose(from, cols, rows, cols, to, rows);
    } else {
      widened_.resize(static_cast<std::size_t>(rows * cols));
      std::copy_n(from, rows * cols, widened_.data());
      transpose(widened_.data(), cols, rows, cols, to, rows);
    }
  }

  const ConstMatrixView& dt_;
  const ConstBsrPanels& y_;
  PanelRange range_;
  const TermLists& lists_;
  const RowPlan& plan_;
  BlockAccess access_;
  std::vector<Term> terms_;
  std::vector<TermRun<T>> runs_;
  AlignedVector<Sum> turned_;
  std::vector<Sum> widened_;
};

// Adds up the runs of a row of blocks and writes (or adds) its tokens.
template <class Sum>
void write_row(Sum* sums, const RowPlan& plan, const PanelLayout& layout, std::int64_t row_block,
               const MatrixView& da, Output output) {
  add_runs(sums, plan.runs(), plan.task_sums());
  const std::int64_t token = row_block * layout.block_rows();
  const std::int64_t tokens = std::min(layout.block_rows(), layout.rows() - token);
  for (std::int64_t n = 0; n < da.rows; ++n) {
    const Sum* from = sums + n * layout.block_rows();
    Sum* to = element<Sum>(da, 0, n, token);
    if (output == Output::overwrite) {
      std::copy_n(from, tokens, to);
    } else {
      for (std::int64_t i = 0; i < tokens; ++i) to[i] += from[i];
    }
  }
}

}  // namespace

// Asks for two vectors: with one vector of 512 bits of tokens every sum would read an operand of
// its own.
bool fills_vectors(const PanelLayout& layout) noexcept {
  return layout.block_rows() % (2 * strip_step) == 0 && layout.cols() % layout.block_cols() == 0;
}

void turn_and_mix(const ConstMatrixView& dt, const ConstBsrPanels& y, const MatrixView& da,
                  Output output, PanelRange range) {
  const PanelLayout& layout = y.layout;
  const RowPlan plan(layout, range, da.rows);
  TermLists lists(y, range, layout.panel_rows() / layout.block_rows());
  dispatch_dtype(y.dtype, [&]<class T>() {
    using Sum = SumOf<T>;
    AlignedVector<Sum> sums(static_cast<std::size_t>(plan.tasks() * plan.task_sums()));
    SharedWork tiles(plan.tasks()), totals(plan.rows());
#pragma omp parallel
    {
      lists.fill_by_row(y, range);
      RowTile<T> tile(dt, y, range, lists, plan);
      tiles.run([&](std::int64_t task) {
        Sum* own = sums.data() + task * plan.task_sums();
        std::fill_n(own, plan.task_sums(), Sum(0));
        tile.run(task, own);
      });
      tiles.wait();
      totals.run([&](std::int64_t row) {
        write_row(sums.data() + row * plan.runs() * plan.task_sums(), plan, layout, row, da,
                  output);
      });
      leave_region(totals);
    }
  });
}

}  // namespace actscope::kernels::cpu
