// SPDX-License-Identifier: Apache-2.0
// spmm and sddmm in their plain form: one thread an element of the result, no tensor instructions.
#include "common/sum_of.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned product_threads = 256;

// x panels of groups × [rows, features]; w [outputs, features]; y groups × [rows, outputs]
template <class T>
__global__ void spmm_kernel(const T* values, DeviceLayout layout, ConstBlockIndex index,
                            DeviceMatrix<const T> w, std::int64_t outputs,
                            DeviceMatrix<SumOf<T>> y) {
  using Sum = SumOf<T>;
  const std::int64_t items = layout.groups * layout.rows * outputs;
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t item = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; item < items;
       item += stride) {
    const std::int64_t output = item % outputs;
    const std::int64_t group = item / outputs / layout.rows;
    const std::int64_t row = item / outputs % layout.rows;
    const std::int64_t panel = row / layout.panel_rows;
    const PanelPlace place = layout.place(group * layout.panels_per_group + panel);
    const std::uint32_t* words = index.mask + place.mask_word;
    const std::int64_t r = (row - place.first_row) / layout.block_rows;
    const std::int64_t in_block = (row - place.first_row) % layout.block_rows;
    const T* weights = w.row(0, output);
    Sum sum = 0;
    for (std::int64_t c = 0; c < layout.col_blocks; ++c) {
      const std::int64_t top = c * place.row_blocks;
      if (!is_kept(words, top + r)) continue;
      const std::int64_t position = place.value_block +
                                    index.column_starts[place.column_start + c] +
                                    count_kept(words, top, top + r);
      const T* block = values + position * layout.block_elements() + in_block * layout.block_cols;
      const std::int64_t first_col = c * layout.block_cols;
      const std::int64_t cols = min(layout.block_cols, layout.cols - first_col);
      for (std::int64_t j = 0; j < cols; ++j) {
        sum = fma(static_cast<Sum>(block[j]), static_cast<Sum>(weights[first_col + j]), sum);
      }
    }
    y.row(group, row)[output] = sum;
  }
}

// One thread block takes one block column of one panel after another.
// dy groups × [rows, outputs]; w [outputs, features]; values [kept blocks, block_rows, block_cols]
template <class T>
__global__ void sddmm_kernel(DeviceMatrix<const T> dy, DeviceMatrix<const T> w,
                             std::int64_t outputs, DeviceLayout layout, ConstBlockIndex index,
                             T* values) {
  using Sum = SumOf<T>;
  const std::int64_t items = layout.panels() * layout.col_blocks;
  for (std::int64_t item = blockIdx.x; item < items; item += gridDim.x) {
    const PanelPlace place = layout.place(item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      if (!is_kept(words, column * place.row_blocks + r)) continue;
      T* block = values + position * layout.block_elements();
      for (std::int64_t e = threadIdx.x; e < layout.block_elements(); e += blockDim.x) {
        const std::int64_t row = r * layout.block_rows + e / layout.block_cols;
        const std::int64_t col = column * layout.block_cols + e % layout.block_cols;
        Sum sum = 0;
        if (row < place.rows && col < layout.cols) {
          const T* gradient = dy.row(place.group, place.first_row + row);
          for (std::int64_t o = 0; o < outputs; ++o) {
            sum = fma(static_cast<Sum>(gradient[o]), static_cast<Sum>(w.row(0, o)[col]), sum);
          }
        }
        block[e] = static_cast<T>(sum);
      }
      ++position;
    }
  }
}

}  // namespace

void spmm(void* stream, const ConstBsrPanels& x, const ConstMatrixView& w, const MatrixView& y) {
  const DeviceLayout layout = make_device_layout(x.layout);
  if (x.layout.panels() == 0) return;
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("spmm", plan_grid(y.total_rows() * w.rows, product_threads, product_threads), stream,
           spmm_kernel<T>, static_cast<const T*>(x.values), layout, x.index,
           device_matrix<const T>(w), w.rows, device_matrix<SumOf<T>>(y));
  });
}

void sddmm(void* stream, const ConstMatrixView& dy, const ConstMatrixView& w, const BsrPanels& dx) {
  const DeviceLayout layout = make_device_layout(dx.layout);
  with_type(dx.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("sddmm", plan_grid(layout.panels() * layout.col_blocks, 1, product_threads), stream,
           sddmm_kernel<T>, device_matrix<const T>(dy), device_matrix<const T>(w), dy.cols, layout,
           as_const(dx.index), static_cast<T*>(dx.values));
  });
}

}  // namespace actscope::kernels::cuda
