// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/tile.hpp"

namespace actscope::kernels::cpu {
namespace {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// Columns (or rows) of blocks that one task owns: enough tasks for the threads, few enough that
// packing is shared. The split depends on shapes only, each sum has one owner and a fixed order, so
// results do not depend on the number of threads.
constexpr std::int64_t owned_elements = 128;

// Adds a [features, strip_width] tile of sums, transposed, to out[outputs, features].
template <class T>
void write_tile(const std::vector<T>& sums, std::int64_t features, const MatrixView& out,
                std::int64_t first_output, std::int64_t first_feature, Output output) {
  const std::int64_t outputs = std::min(strip_width, out.rows - first_output);
  for (std::int64_t o = 0; o < outputs; ++o) {
    T* row = element<T>(out, 0, first_output + o, first_feature);
    for (std::int64_t f = 0; f < features; ++f) {
      const T sum = sums[static_cast<std::size_t>(f * strip_width + o)];
      row[f] = output == Output::accumulate ? row[f] + sum : sum;
    }
  }
}

// Rows of dy [first_row, first_row + rows) and a strip of its columns, zero padded to `depth` rows.
template <class T>
void pack_rows(const ConstMatrixView& dy, std::int64_t first_row, std::int64_t rows,
               std::int64_t depth, std::int64_t first_output, std::vector<T>& packed) {
  packed.resize(static_cast<std::size_t>(depth * strip_width));
  const std::int64_t outputs = std::min(strip_width, dy.cols - first_output);
  for (std::int64_t i = 0; i < depth; ++i) {
    T* to = packed.data() + i * strip_width;
    if (i < rows) {
      std::copy_n(element<const T>(dy, 0, first_row + i, first_output), outputs, to);
      std::fill_n(to + outputs, strip_width - outputs, T(0));
    } else {
      std::fill_n(to, strip_width, T(0));
    }
  }
}

// A strip of rows of one group of dt, transposed to [cols padded to `depth`, strip_width].
template <class T>
void pack_columns(const ConstMatrixView& dt, std::int64_t group, std::int64_t depth,
                  std::int64_t first_output, std::vector<T>& packed) {
  packed.assign(static_cast<std::size_t>(depth * strip_width), T(0));
  const std::int64_t outputs = std::min(strip_width, dt.rows - first_output);
  for (std::int64_t o = 0; o < outputs; ++o) {
    const T* from = element<const T>(dt, group, first_output + o, 0);
    for (std::int64_t j = 0; j < dt.cols; ++j)
      packed[static_cast<std::size_t>(j * strip_width + o)] = from[j];
  }
}

template <class T>
const T* block_values(const ConstBsrPanels& x, std::int64_t slot) {
  return static_cast<const T*>(x.values) + slot * x.layout.block_elements();
}

// One task of gemm_tn: a strip of outputs times a run of column blocks, over all panels.
template <class T>
class WeightTile {
 public:
  WeightTile(const ConstMatrixView& dy, const ConstBsrPanels& x, PanelRange range)
      : dy_(dy), x_(x), range_(range) {}

  void run(std::int64_t first_output, std::int64_t first_col, std::int64_t last_col,
           const MatrixView& dw, Output output) {
    const PanelLayout& layout = x_.layout;
    const std::int64_t width = layout.block_cols();
    sums_.assign(static_cast<std::size_t>((last_col - first_col) * width * strip_width), T(0));
    std::int64_t panel_token = 0;
    for (std::int64_t p = range_.first; p < range_.first + range_.count; ++p) {
      const PanelExtent panel = layout.panel(p);
      pack_rows(dy_, panel_token, panel.rows, panel.row_blocks * layout.block_rows(), first_output,
                packed_);
      for (std::int64_t c = first_col; c < last_col; ++c) add_column(panel, c, c - first_col);
      panel_token += panel.rows;
    }
    const std::int64_t features = std::min(last_col * width, layout.cols()) - first_col * width;
    write_tile(sums_, features, dw, first_output, first_col * width, output);
  }

 private:
  void add_column(const PanelExtent& panel, std::int64_t col_block, std::int64_t place) {
    const PanelLayout& layout = x_.layout;
    const std::uint32_t* mask = x_.index.mask + panel.mask_word;
    std::int64_t slot = panel.value_block + x_.index.column_starts[panel.column_start + col_block];
    terms_.clear();
    for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
      if (!is_kept(mask, col_block * panel.row_blocks + r)) continue;
      terms_.push_back(
          {block_values<T>(x_, slot++), packed_.data() + r * layout.block_rows() * strip_width});
    }
    accumulate(terms_.data(), static_cast<std::int64_t>(terms_.size()), layout.block_rows(),
               layout.block_cols(), layout.block_cols(), 1,
               sums_.data() + place * layout.block_cols() * strip_width);
  }

  const ConstMatrixView& dy_;
  const ConstBsrPanels& x_;
  PanelRange range_;
  std::vector<T> sums_;
  std::vector<T> packed_;
  std::vector<BlockTerm<T>> terms_;
};

// One task of gemm_nt_batched: a strip of mixed tokens times one run of row blocks, over all
// groups.
template <class T>
class MixingTile {
 public:
  MixingTile(const ConstMatrixView& dt, const ConstBsrPanels& y, PanelRange range)
      : dt_(dt), y_(y), range_(range) {}

  void run(std::int64_t first_output, std::int64_t panel_in_group, const MatrixView& da,
           Output output) {
    const PanelLayout& layout = y_.layout;
    const PanelExtent shape = layout.panel(range_.first + panel_in_group);
    sums_.assign(static_cast<std::size_t>(shape.row_blocks * layout.block_rows() * strip_width),
                 T(0));
    const std::int64_t groups = range_.count / layout.panels_per_group();
    for (std::int64_t g = 0; g < groups; ++g) {
      pack_columns(dt_, g, layout.col_blocks() * layout.block_cols(), first_output, packed_);
      add_panel(layout.panel(range_.first + g * layout.panels_per_group() + panel_in_group));
    }
    write_tile(sums_, shape.rows, da, first_output, shape.first_row, output);
  }

 private:
  void add_panel(const PanelExtent& panel) {
    const PanelLayout& layout = y_.layout;
    terms_.resize(static_cast<std::size_t>(panel.row_blocks));
    for (auto& row : terms_) row.clear();
    for_each_kept_block(panel, y_.index.mask, [&](auto r, auto c, auto slot) {
      terms_[static_cast<std::size_t>(r)].push_back(
          {block_values<T>(y_, slot), packed_.data() + c * layout.block_cols() * strip_width});
    });
    for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
      const auto& row = terms_[static_cast<std::size_t>(r)];
      accumulate(row.data(), static_cast<std::int64_t>(row.size()), layout.block_cols(), 1,
                 layout.block_rows(), layout.block_cols(),
                 sums_.data() + r * layout.block_rows() * strip_width);
    }
  }

  const ConstMatrixView& dt_;
  const ConstBsrPanels& y_;
  PanelRange range_;
  std::vector<T> sums_;
  std::vector<T> packed_;
  std::vector<std::vector<BlockTerm<T>>> terms_;
};

void clear(const MatrixView& out, Output output) {
  if (output == Output::accumulate) return;
  dispatch_dtype(out.dtype, [&]<class T>() {
    for (std::int64_t r = 0; r < out.rows; ++r)
      std::fill_n(element<T>(out, 0, r, 0), out.cols, T(0));
  });
}

}  // namespace

void gemm_tn(void*, const ConstMatrixView& dy, const ConstBsrPanels& x, const MatrixView& dw,
             Output output, PanelRange range) {
  if (range.count == 0) return clear(dw, output);
  const PanelLayout& layout = x.layout;
  const std::int64_t cols_a_task = std::max<std::int64_t>(1, owned_elements / layout.block_cols());
  const std::int64_t col_tasks = divide_up(layout.col_blocks(), cols_a_task);
  const std::int64_t strips = divide_up(dw.rows, strip_width);
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      WeightTile<T> tile(dy, x, range);
#pragma omp for schedule(dynamic)
      for (std::int64_t task = 0; task < strips * col_tasks; ++task) {
        const std::int64_t first_col = task % col_tasks * cols_a_task;
        tile.run(task / col_tasks * strip_width, first_col,
                 std::min(first_col + cols_a_task, layout.col_blocks()), dw, output);
      }
    }
  });
}

void gemm_nt_batched(void*, const ConstMatrixView& dt, const ConstBsrPanels& y,
                     const MatrixView& da, Output output, PanelRange range) {
  if (range.count == 0) return clear(da, output);
  const std::int64_t panels = y.layout.panels_per_group();
  const std::int64_t strips = divide_up(da.rows, strip_width);
  dispatch_dtype(y.dtype, [&]<class T>() {
#pragma omp parallel
    {
      MixingTile<T> tile(dt, y, range);
#pragma omp for schedule(dynamic)
      for (std::int64_t task = 0; task < strips * panels; ++task) {
        tile.run(task / panels * strip_width, task % panels, da, output);
      }
    }
  });
}

}  // namespace actscope::kernels::cpu
