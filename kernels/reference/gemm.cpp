// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {
namespace {

// Sums in double, added to or put in place of what is there.
template <class T>
void write_sums(const std::vector<double>& sums, const MatrixView& out, Output output) {
  for (std::int64_t r = 0; r < out.rows; ++r) {
    for (std::int64_t c = 0; c < out.cols; ++c) {
      T* place = element<T>(out, 0, r, c);
      const double before = output == Output::accumulate ? static_cast<double>(*place) : 0;
      *place = static_cast<T>(before + sums[static_cast<std::size_t>(r * out.cols + c)]);
    }
  }
}

// Σ dY over its rows.
template <class T>
std::vector<double> row_sums(const ConstMatrixView& dy) {
  std::vector<double> sums(static_cast<std::size_t>(dy.cols), 0.0);
  for (std::int64_t r = 0; r < dy.rows; ++r) {
    for (std::int64_t o = 0; o < dy.cols; ++o) {
      sums[static_cast<std::size_t>(o)] += static_cast<double>(*element<const T>(dy, 0, r, o));
    }
  }
  return sums;
}

template <class T>
void apply_epilogue(const ConstMatrixView& dy, const GemmEpilogue& epilogue, Output output,
                    std::vector<double>& sums) {
  using Sum = SumOf<T>;
  const std::vector<double> bias = row_sums<T>(dy);
  const auto* scale = static_cast<const Sum*>(epilogue.column_scale);
  const auto* shift = static_cast<const Sum*>(epilogue.column_shift);
  const std::size_t features = bias.empty() ? 0 : sums.size() / bias.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t f = i % features;
    if (scale != nullptr) sums[i] *= static_cast<double>(scale[f]);
    if (shift != nullptr) sums[i] += bias[i / features] * static_cast<double>(shift[f]);
  }
  if (epilogue.bias_gradient == nullptr) return;
  const MatrixView gradient{epilogue.bias_gradient, result_of(dy.dtype), 1, 1, dy.cols, 0, dy.cols};
  write_sums<Sum>(bias, gradient, output);
}

}  // namespace

void gemm_tn(const ExecutionContext&, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output, PanelRange range, const GemmEpilogue& epilogue) {
  const PanelLayout& layout = x.layout;
  dispatch_dtype(x.dtype, [&]<class T>() {
    std::vector<double> sums(static_cast<std::size_t>(dw.rows * dw.cols), 0.0);
    std::int64_t panel_token = 0;  // row of dy where the panel begins
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, x.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(x.values) + position * layout.block_elements();
        for (std::int64_t i = 0; i < block.rows; ++i) {
          const std::int64_t token = panel_token + block.row - panel.first_row + i;
          for (std::int64_t o = 0; o < dw.rows; ++o) {
            const auto weight = static_cast<double>(*element<const T>(dy, 0, token, o));
            for (std::int64_t j = 0; j < block.cols; ++j) {
              sums[static_cast<std::size_t>(o * dw.cols + block.col + j)] +=
                  weight * static_cast<double>(values[i * layout.block_cols() + j]);
            }
          }
        }
      });
      panel_token += panel.rows;
    }
    apply_epilogue<T>(dy, epilogue, output, sums);
    write_sums<SumOf<T>>(sums, dw, output);
  });
}

void gemm_nt_batched(const ExecutionContext&, const ConstMatrixView& dt, const ConstBsrPanels& y,
                     const MatrixView& da, Output output, PanelRange range) {
  const PanelLayout& layout = y.layout;
  dispatch_dtype(y.dtype, [&]<class T>() {
    std::vector<double> sums(static_cast<std::size_t>(da.rows * da.cols), 0.0);
    const std::int64_t first_group = range.count == 0 ? 0 : layout.panel(range.first).group;
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, y.index, [&](auto r, auto c, auto position) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        const T* values = static_cast<const T*>(y.values) + position * layout.block_elements();
        for (std::int64_t n = 0; n < da.rows; ++n) {
          const T* row = element<const T>(dt, panel.group - first_group, n, block.col);
          for (std::int64_t i = 0; i < block.rows; ++i) {
            double sum = 0;
            for (std::int64_t j = 0; j < block.cols; ++j) {
              sum += static_cast<double>(row[j]) *
                     static_cast<double>(values[i * layout.block_cols() + j]);
            }
            sums[static_cast<std::size_t>(n * da.cols + block.row + i)] += sum;
          }
        }
      });
    }
    write_sums<SumOf<T>>(sums, da, output);
  });
}

}  // namespace actscope::kernels::reference
