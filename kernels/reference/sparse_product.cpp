// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {

void spmm(void*, const ConstBsrPanels& x, const ConstMatrixView& w, const MatrixView& y) {
  const PanelLayout& layout = x.layout;
  dispatch_dtype(x.dtype, [&]<class T>() {
    const auto outputs = static_cast<std::size_t>(w.rows);
    std::vector<double> sums(static_cast<std::size_t>(layout.total_rows()) * outputs, 0.0);
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, x.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(x.values) + position * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          double* row =
              sums.data() +
              static_cast<std::size_t>(panel.group * layout.rows() + block.row + i) * outputs;
          for (std::int64_t o = 0; o < w.rows; ++o) {
            for (std::int64_t j = 0; j < block.cols; ++j) {
              row[o] += static_cast<double>(values[i * layout.block_cols() + j]) *
                        static_cast<double>(*element<const T>(w, 0, o, block.col + j));
            }
          }
        }
      });
    }
    for (std::int64_t row = 0; row < layout.total_rows(); ++row) {
      for (std::int64_t o = 0; o < w.rows; ++o) {
        *element<SumOf<T>>(y, row / layout.rows(), row % layout.rows(), o) = static_cast<SumOf<T>>(
            sums[static_cast<std::size_t>(row) * outputs + static_cast<std::size_t>(o)]);
      }
    }
  });
}

void sddmm(void*, const ConstMatrixView& dy, const ConstMatrixView& w, const BsrPanels& dx) {
  const PanelLayout& layout = dx.layout;
  dispatch_dtype(dx.dtype, [&]<class T>() {
    for (std::int64_t p = 0; p < layout.panels(); ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, dx.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        T* values = static_cast<T*>(dx.values) + position * layout.block_elements();
        std::fill_n(values, layout.block_elements(), T(0));
        for (std::int64_t i = 0; i < block.rows; ++i) {
          for (std::int64_t j = 0; j < block.cols; ++j) {
            double sum = 0;
            for (std::int64_t o = 0; o < dy.cols; ++o) {
              sum += static_cast<double>(*element<const T>(dy, panel.group, block.row + i, o)) *
                     static_cast<double>(*element<const T>(w, 0, o, block.col + j));
            }
            values[i * layout.block_cols() + j] = static_cast<T>(sum);
          }
        }
      });
    }
  });
}

}  // namespace actscope::kernels::reference
