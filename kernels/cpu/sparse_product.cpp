// SPDX-License-Identifier: Apache-2.0
// spmm and sddmm on the micro-kernel of the gradients: the dense side is packed once, a strip of 64
// columns at a time, and kept blocks are walked row by row or column by column.
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/entries.hpp"
#include "cpu/packing.hpp"
#include "cpu/product_plan.hpp"

namespace actscope::kernels::cpu {
namespace {

// One task of spmm: a strip of outputs of one panel.
template <class T>
class RowTile {
 public:
  using Sum = SumOf<T>;

  RowTile(const ConstBsrPanels& x, const TermLists& lists)
      : x_(x),
        lists_(lists),
        access_{x.layout.block_elements(), x.layout.block_cols(), x.layout.block_rows(), 1,
                x.layout.block_cols()} {}

  // Shapes  packed [column blocks · block columns, strip.width]
  void run(std::int64_t number, const Strip& strip, const Sum* packed, const MatrixView& y) {
    const PanelExtent panel = x_.layout.panel(number);
    const T* values =
        static_cast<const T*>(x_.values) + first_value(panel, x_.index) * access_.elements;
    for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
      sums_.assign(static_cast<std::size_t>(access_.features * strip.width), Sum(0));
      const TermRun<T> terms{values, packed, lists_.begin(number, r), lists_.count(number, r)};
      ReadAhead none;
      accumulate(&terms, 1, access_, strip.width, sums_.data(), none);
      const std::int64_t first = panel.first_row + r * access_.features;
      const std::int64_t end = std::min(first + access_.features, panel.first_row + panel.rows);
      for (std::int64_t row = first; row < end; ++row) {
        std::copy_n(sums_.data() + (row - first) * strip.width, strip.count,
                    element<Sum>(y, panel.group, row, strip.first));
      }
    }
  }

 private:
  const ConstBsrPanels& x_;
  const TermLists& lists_;
  BlockAccess access_;
  AlignedVector<Sum> sums_;
};

// One task of sddmm: the kept blocks of one column, all panels. To the micro-kernel a block of rows
// of dy is what a kept block is in the gradients: its "steps" are the outputs, its "features" the
// rows.
template <class T>
class ColumnTile {
 public:
  using Sum = SumOf<T>;

  ColumnTile(const ConstMatrixView& dy, const ConstMatrixView& w, const BsrPanels& dx,
             const TermLists& lists)
      : dy_(dy), w_(w), dx_(dx), lists_(lists), strips_(dx.layout.block_cols()) {}

  void run(std::int64_t column) {
    const PanelLayout& layout = dx_.layout;
    const std::int64_t first_col = column * layout.block_cols();
    for (std::int64_t s = 0; s < strips_.count(); ++s) {
      const Strip inside = strips_.strip(s);
      // Columns of the last block that lie outside the matrix are packed as zeros.
      const std::int64_t real =
          std::clamp<std::int64_t>(layout.cols() - first_col - inside.first, 0, inside.count);
      packed_.assign(static_cast<std::size_t>(w_.rows * inside.width), Sum(0));
      if (real > 0) {
        pack_rows<T>(w_, 0, w_.rows, w_.rows, {first_col + inside.first, real, inside.width},
                     packed_.data());
      }
      for (std::int64_t p = 0; p < layout.panels(); ++p) add_panel(p, column, inside);
    }
  }

 private:
  void add_panel(std::int64_t number, std::int64_t column, const Strip& inside) {
    const PanelLayout& layout = dx_.layout;
    const PanelExtent panel = layout.panel(number);
    T* panel_values =
        static_cast<T*>(dx_.values) + first_value(panel, dx_.index) * layout.block_elements();
    const Term* terms = lists_.begin(number, column);
    for (std::int64_t i = 0; i < lists_.count(number, column); ++i) {
      const BlockExtent block = block_extent(layout, panel, terms[i].depth, column);
      sums_.assign(static_cast<std::size_t>(layout.block_rows() * inside.width), Sum(0));
      const Term whole{};
      const TermRun<T> rows{element<const T>(dy_, panel.group, block.row, 0), packed_.data(),
                            &whole, 1};
      ReadAhead none;
      accumulate(&rows, 1, {0, w_.rows, block.rows, 1, dy_.row_stride}, inside.width, sums_.data(),
                 none);
      T* values = panel_values + terms[i].position * layout.block_elements() + inside.first;
      for (std::int64_t row = 0; row < layout.block_rows(); ++row) {
        const Sum* from = sums_.data() + row * inside.width;
        T* to = values + row * layout.block_cols();
        for (std::int64_t j = 0; j < inside.count; ++j) to[j] = static_cast<T>(from[j]);
      }
    }
  }

  const ConstMatrixView& dy_;
  const ConstMatrixView& w_;
  const BsrPanels& dx_;
  const TermLists& lists_;
  Strips strips_;
  AlignedVector<Sum> packed_, sums_;
};

}  // namespace

void spmm(void*, const ConstBsrPanels& x, const ConstMatrixView& w, const MatrixView& y) {
  const PanelLayout& layout = x.layout;
  if (layout.panels() == 0 || w.rows == 0) return;
  const PanelRange all{0, layout.panels()};
  const Strips strips(w.rows);
  const std::int64_t depth = layout.col_blocks() * layout.block_cols();
  TermLists lists(x, all, layout.panel_rows() / layout.block_rows());
  dispatch_dtype(x.dtype, [&]<class T>() {
    AlignedVector<SumOf<T>> packed(static_cast<std::size_t>(strips.count() * depth * strip_width));
    const auto packed_strip = [&](std::int64_t s) {
      return packed.data() + s * depth * strip_width;
    };
#pragma omp parallel
    {
      lists.fill_by_row(x, all);
      RowTile<T> tile(x, lists);
#pragma omp for schedule(static)
      for (std::int64_t s = 0; s < strips.count(); ++s) {
        pack_columns<T>(w, 0, depth, strips.strip(s), packed_strip(s));
      }
#pragma omp for schedule(static) collapse(2)
      for (std::int64_t s = 0; s < strips.count(); ++s) {
        for (std::int64_t p = 0; p < layout.panels(); ++p) {
          tile.run(p, strips.strip(s), packed_strip(s), y);
        }
      }
    }
  });
}

void sddmm(void*, const ConstMatrixView& dy, const ConstMatrixView& w, const BsrPanels& dx) {
  const PanelLayout& layout = dx.layout;
  if (layout.panels() == 0) return;
  const PanelRange all{0, layout.panels()};
  const ConstBsrPanels index = as_const(dx);
  TermLists lists(index, all, layout.col_blocks());
  dispatch_dtype(dx.dtype, [&]<class T>() {
#pragma omp parallel
    {
      lists.fill_by_column(index, all);
      ColumnTile<T> tile(dy, w, dx, lists);
#pragma omp for schedule(dynamic)
      for (std::int64_t c = 0; c < layout.col_blocks(); ++c) tile.run(c);
    }
  });
}

}  // namespace actscope::kernels::cpu
