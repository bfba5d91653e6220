// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <vector>

#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/entries.hpp"
#include "cpu/packing.hpp"
#include "cpu/product_plan.hpp"

namespace actscope::kernels::cpu {
namespace {

// Groups that are packed and walked at once, as in gemm_tn.
std::int64_t groups_at_once(const PanelLayout& layout, DType sums) {
  constexpr std::int64_t most_packed_bytes = 256 * 1024;
  const std::int64_t bytes = layout.cols() * strip_width * size_of(sums);
  return std::max<std::int64_t>(1, most_packed_bytes / std::max<std::int64_t>(1, bytes));
}

// One task: a strip of mixed tokens times a run of the panels that each group has, over all groups.
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

  void run(const Strip& strip, std::int64_t first_panel, std::int64_t last_panel,
           const MatrixView& da, Output output) {
    const PanelLayout& layout = y_.layout;
    const std::int64_t groups = range_.count / layout.panels_per_group();
    const std::int64_t row_blocks = layout.panel_rows() / layout.block_rows();
    const std::int64_t panel_sums = layout.panel_rows() * strip.width;
    sums_.assign(static_cast<std::size_t>((last_panel - first_panel) * panel_sums), Sum(0));
    for (std::int64_t g = 0; g < groups; g += at_once_) {
      const std::int64_t end = std::min(g + at_once_, groups);
      pack(strip, g, end);
      for (std::int64_t p = first_panel; p < last_panel; ++p) {
        point_at_values(g, p);
        for (std::int64_t r = 0; r < row_blocks; ++r) {
          Sum* sums =
              sums_.data() + (p - first_panel) * panel_sums + r * layout.block_rows() * strip.width;
          add_row(g, p, r, strip.width, sums);
        }
      }
    }
    const std::int64_t first_token = first_panel * layout.panel_rows();
    const std::int64_t tokens = std::min(last_panel * layout.panel_rows(), layout.rows());
    write_transposed(sums_.data(), tokens - first_token, strip, da, first_token, output);
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
  AlignedVector<Sum> sums_;
  AlignedVector<Sum> packed_;
  std::vector<TermRun<T>> runs_;
};

}  // namespace

void gemm_nt_batched(void*, const ConstMatrixView& dt, const ConstBsrPanels& y,
                     const MatrixView& da, Output output, PanelRange range) {
  if (range.count == 0) return clear(da, output);
  const std::int64_t panels = y.layout.panels_per_group();
  const Strips strips(da.rows);
  const std::int64_t parts = parts_for_threads(strips.count(), panels, omp_get_max_threads());
  TermLists lists(y, range, y.layout.panel_rows() / y.layout.block_rows());
  dispatch_dtype(y.dtype, [&]<class T>() {
#pragma omp parallel
    {
      lists.fill_by_row(y, range);
      MixingTile<T> tile(dt, y, range, lists);
#pragma omp for schedule(dynamic)
      for (std::int64_t task = 0; task < strips.count() * parts; ++task) {
        const std::int64_t part = task % parts;
        tile.run(strips.strip(task / parts), part * panels / parts, (part + 1) * panels / parts, da,
                 output);
      }
    }
  });
}

}  // namespace actscope::kernels::cpu
