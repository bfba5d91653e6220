// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <vector>

#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/packing.hpp"
#include "cpu/product_plan.hpp"

namespace actscope::kernels::cpu {
namespace {

// Panels whose rows are packed and walked at once: enough that a column has about `wanted_steps`
// steps to add while its sums are in registers, few enough that the packed strip stays in a cache
// of the second level. Depends on shapes only.
std::int64_t panels_at_once(const PanelLayout& layout, DType sums) {
  constexpr std::int64_t wanted_steps = 256, most_packed_bytes = 256 * 1024;
  const double density = static_cast<double>(std::max<std::int64_t>(1, layout.kept_blocks())) /
                         static_cast<double>(std::max<std::int64_t>(1, layout.total_blocks()));
  const std::int64_t most_rows = most_packed_bytes / (strip_width * size_of(sums));
  const auto rows = std::min(static_cast<std::int64_t>(wanted_steps / density), most_rows);
  return std::max<std::int64_t>(1, rows / layout.panel_rows());
}

// One task: a strip of outputs times a run of column blocks, over all panels.
template <class T>
class WeightTile {
 public:
  using Sum = SumOf<T>;

  WeightTile(const ConstMatrixView& dy, const ConstBsrPanels& x, PanelRange range,
             const TermLists& lists)
      : dy_(dy),
        x_(x),
        range_(range),
        lists_(lists),
        access_{x.layout.block_elements(), x.layout.block_rows(), x.layout.block_cols(),
                x.layout.block_cols(), 1},
        at_once_(panels_at_once(x.layout, result_of(x.dtype))) {}

  void run(const Strip& strip, std::int64_t first_col, std::int64_t last_col, const MatrixView& dw,
           Output output) {
    const std::int64_t block_cols = x_.layout.block_cols();
    sums_.assign(static_cast<std::size_t>((last_col - first_col) * block_cols * strip.width),
                 Sum(0));
    std::int64_t token = 0;
    for (std::int64_t p = 0; p < range_.count; p += at_once_) {
      pack(strip, p, std::min(p + at_once_, range_.count), token);
      const std::int64_t next_token = token;
      for (std::int64_t c = first_col; c < last_col; ++c) {
        for (std::size_t i = 0; i < runs_.size(); ++i) {
          const auto panel = p + static_cast<std::int64_t>(i);
          runs_[i].terms = lists_.begin(panel, c);
          runs_[i].count = lists_.count(panel, c);
        }
        read_ahead(strip, next_token, c - first_col, last_col - first_col);
        accumulate(runs_.data(), static_cast<std::int64_t>(runs_.size()), access_, strip.width,
                   sums_.data() + (c - first_col) * block_cols * strip.width);
      }
    }
    const std::int64_t first_feature = first_col * block_cols;
    const std::int64_t features = std::min(last_col * block_cols, x_.layout.cols()) - first_feature;
    write_transposed(sums_.data(), features, strip, dw, first_feature, output);
  }

 private:
  // Packs the strip's columns of dy for panels [first, end) and points the runs at them.
  void pack(const Strip& strip, std::int64_t first, std::int64_t end, std::int64_t& token) {
    const PanelLayout& layout = x_.layout;
    std::int64_t depth = 0;
    for (std::int64_t p = first; p < end; ++p) {
      depth += layout.panel(range_.first + p).row_blocks * layout.block_rows();
    }
    packed_.resize(static_cast<std::size_t>(depth * strip.width));
    runs_.clear();
    Sum* packed = packed_.data();
    for (std::int64_t p = first; p < end; ++p) {
      const PanelExtent panel = layout.panel(range_.first + p);
      const std::int64_t rows = panel.row_blocks * layout.block_rows();
      pack_rows<T>(dy_, token, panel.rows, rows, strip, packed);
      runs_.push_back(
          {static_cast<const T*>(x_.values) + first_value(panel, x_.index) * access_.elements,
           packed, nullptr, 0});
      packed += rows * strip.width;
      token += panel.rows;
    }
  }

  // Asks for the rows that the next step packs: strips of rows far apart are nothing that a machine
  // reads ahead by itself. Each of `columns` columns asks for its share.
  void read_ahead(const Strip& strip, std::int64_t token, std::int64_t column,
                  std::int64_t columns) const {
    const auto line = static_cast<std::int64_t>(64 / sizeof(T));
    const std::int64_t rows = std::min(at_once_ * x_.layout.panel_rows(), dy_.rows - token);
    for (std::int64_t i = column * rows / columns; i < (column + 1) * rows / columns; ++i) {
      const T* row = element<const T>(dy_, 0, token + i, strip.first);
      for (std::int64_t o = 0; o < strip.count; o += line) __builtin_prefetch(row + o, 0, 2);
    }
  }

  const ConstMatrixView& dy_;
  const ConstBsrPanels& x_;
  PanelRange range_;
  const TermLists& lists_;
  BlockAccess access_;
  std::int64_t at_once_;
  std::vector<Sum> sums_;
  std::vector<Sum> packed_;
  std::vector<TermRun<T>> runs_;
};

}  // namespace

void gemm_tn(void*, const ConstMatrixView& dy, const ConstBsrPanels& x, const MatrixView& dw,
             Output output, PanelRange range) {
  if (range.count == 0) return clear(dw, output);
  const std::int64_t columns = x.layout.col_blocks();
  const Strips strips(dw.rows);
  const std::int64_t parts = parts_for_threads(strips.count(), columns, omp_get_max_threads());
  TermLists lists(x, range, columns);
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      lists.fill_by_column(x, range);
      WeightTile<T> tile(dy, x, range, lists);
#pragma omp for schedule(dynamic)
      for (std::int64_t task = 0; task < strips.count() * parts; ++task) {
        const std::int64_t part = task % parts;
        tile.run(strips.strip(task / parts), part * columns / parts, (part + 1) * columns / parts,
                 dw, output);
      }
    }
  });
}

}  // namespace actscope::kernels::cpu
