// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <vector>

#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/entries.hpp"
#include "cpu/packing.hpp"
#include "cpu/product_plan.hpp"
#include "cpu/shared_work.hpp"
#include "cpu/turned_mixing.hpp"

namespace actscope::kernels::cpu {
namespace {

// Groups that are packed and walked at once, as in gemm_tn.
std::int64_t groups_at_once(const PanelLayout& layout, DType sums) {
  constexpr std::int64_t most_packed_bytes = 256 * 1024;
  const std::int64_t bytes = layout.cols() * strip_width * size_of(sums);
  return std::max<std::int64_t>(1, most_packed_bytes / std::max<std::int64_t>(1, bytes));
}

// A strip of mixed tokens times panels [first_panel, end_panel) of each group of a run of groups.
struct Task {
  Strip strip;
  std::int64_t first_panel = 0;
  std::int64_t end_panel = 0;
  std::int64_t first_group = 0;
  std::int64_t end_group = 0;
};

// How a product is cut into tasks. Groups are cut into runs with sums of their own, which are added
// in order afterwards: that costs less than packing a strip once more for another thread. The
// number of runs follows from shapes only, and so does the order of the sums. Where there are few
// groups, the panels are cut for the threads instead.
class MixingPlan {
 public:
  MixingPlan(const PanelLayout& layout, PanelRange range, std::int64_t mixed, std::int64_t threads)
      : strips_(mixed),
        groups_(range.count / layout.panels_per_group()),
        panels_(layout.panels_per_group()) {
    const std::int64_t strips = std::max<std::int64_t>(1, strips_.count());
    runs_ = group_runs(groups_, strips);
    parts_ = parts_for_threads(strips * runs_, panels_, threads);
    task_sums_ = (panels_ + parts_ - 1) / parts_ * layout.panel_rows() * strip_width;
  }

  std::int64_t tasks() const noexcept { return strips_.count() * parts_ * runs_; }
  std::int64_t runs() const noexcept { return runs_; }
  std::int64_t task_sums() const noexcept { return task_sums_; }  ///< room for one task's sums
  Task task(std::int64_t number) const noexcept {
    const std::int64_t run = number % runs_;
    const std::int64_t part = number / runs_ % parts_;
    return {strips_.strip(number / runs_ / parts_), part * panels_ / parts_,
            (part + 1) * panels_ / parts_, run * groups_ / runs_, (run + 1) * groups_ / runs_};
  }

 private:
  Strips strips_;
  std::int64_t groups_ = 0;
  std::int64_t panels_ = 0;  ///< of a group
  std::int64_t runs_ = 1;
  std::int64_t parts_ = 1;
  std::int64_t task_sums_ = 0;
};

template <class T>
class MixingTile {
 public:
  using Sum = SumOf<T>;

  MixingTile(const ConstMatrixView& dt, const ConstBsrPanels& y, PanelRange range,
             const TermLists& lists)
      : dt_(dt),
        y_(y),
        range_(range),
        lists_(lists),
        access_{y.layout.block_elements(), y.layout.block_cols(), y.layout.block_rows(), 1,
                y.layout.block_cols()},
        at_once_(groups_at_once(y.layout, result_of(y.dtype))) {}

  // Shapes  sums [rows of the task's panels, strip.width], zero before
  void run(const Task& task, Sum* sums) {
    const PanelLayout& layout = y_.layout;
    const std::int64_t row_blocks = layout.panel_rows() / layout.block_rows();
    const std::int64_t block_sums = layout.block_rows() * task.strip.width;
    for (std::int64_t g = task.first_group; g < task.end_group; g += at_once_) {
      pack(task.strip, g, std::min(g + at_once_, task.end_group));
      for (std::int64_t p = task.first_panel; p < task.end_panel; ++p) {
        point_at_values(g, p);
        for (std::int64_t r = 0; r < row_blocks; ++r) {
          const std::int64_t block = (p - task.first_panel) * row_blocks + r;
          add_row(g, p, r, task.strip.width, sums + block * block_sums);
        }
      }
    }
  }

 private:
  std::int64_t panel_number(std::int64_t group, std::int64_t panel_in_group) const {
    return group * y_.layout.panels_per_group() + panel_in_group;
  }

  void pack(const Strip& strip, std::int64_t first, std::int64_t end) {
    const std::int64_t depth = y_.layout.col_blocks() * y_.layout.block_cols();
    packed_.resize(static_cast<std::size_t>((end - first) * depth * strip.width));
    runs_.clear();
    for (std::int64_t g = first; g < end; ++g) {
      Sum* packed = packed_.data() + (g - first) * depth * strip.width;
      pack_columns<T>(dt_, g, depth, strip, packed);
      runs_.push_back({nullptr, packed, nullptr, 0});
    }
  }

  void point_at_values(std::int64_t first_group, std::int64_t panel_in_group) {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::int64_t number =
          panel_number(first_group + static_cast<std::int64_t>(i), panel_in_group);
      const PanelExtent panel = y_.layout.panel(range_.first + number);
      runs_[i].values =
          static_cast<const T*>(y_.values) + first_value(panel, y_.index) * access_.elements;
    }
  }

  void add_row(std::int64_t first_group, std::int64_t panel_in_group, std::int64_t row_block,
               std::int64_t width, Sum* sums) {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::int64_t number =
          panel_number(first_group + static_cast<std::int64_t>(i), panel_in_group);
      runs_[i].terms = lists_.begin(number, row_block);
      runs_[i].count = lists_.count(number, row_block);
    }
    ReadAhead none;
    accumulate(runs_.data(), static_cast<std::int64_t>(runs_.size()), access_, width, sums, none);
  }

  const ConstMatrixView& dt_;
  const ConstBsrPanels& y_;
  PanelRange range_;
  const TermLists& lists_;
  BlockAccess access_;
  std::int64_t at_once_;
  AlignedVector<Sum> packed_;
  std::vector<TermRun<T>> runs_;
};

}  // namespace

void gemm_nt_batched(const ExecutionContext&, const ConstMatrixView& dt, const ConstBsrPanels& y,
                     const MatrixView& da, Output output, PanelRange range) {
  if (range.count == 0) return clear(da, output);
  const PanelLayout& layout = y.layout;
  if (fills_vectors(layout)) return turn_and_mix(dt, y, da, output, range);
  const MixingPlan plan(layout, range, da.rows, omp_get_max_threads());
  TermLists lists(y, range, layout.panel_rows() / layout.block_rows());
  dispatch_dtype(y.dtype, [&]<class T>() {
    using Sum = SumOf<T>;
    AlignedVector<Sum> sums(static_cast<std::size_t>(plan.tasks() * plan.task_sums()), Sum(0));
    SharedWork tiles(plan.tasks()), totals(plan.tasks() / plan.runs());
#pragma omp parallel
    {
      lists.fill_by_row(y, range);
      MixingTile<T> tile(dt, y, range, lists);
      tiles.run([&](std::int64_t number) {
        tile.run(plan.task(number), sums.data() + number * plan.task_sums());
      });
      tiles.wait();
      // The runs of groups of one tile are neighbors: the first of them takes up the others.
      totals.run([&](std::int64_t number) {
        const std::int64_t first = number * plan.runs();
        Sum* total = sums.data() + first * plan.task_sums();
        add_runs(total, plan.runs(), plan.task_sums());
        const Task task = plan.task(first);
        const std::int64_t token = task.first_panel * layout.panel_rows();
        const std::int64_t end = std::min(task.end_panel * layout.panel_rows(), layout.rows());
        write_transposed(total, end - token, task.strip, da, token, output);
      });
      leave_region(totals);
    }
  });
}

}  // namespace actscope::kernels::cpu
