// SPDX-License-Identifier: Apache-2.0
// Kept blocks of a matrix of codes. One warp owns one block column of one panel, as in
// panel_copy.cu.
#include "codes.cuh"
#include "common/sum_of.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned gather_threads = 128;
constexpr std::int64_t gather_warps = gather_threads / warp_threads;

// x groups × [rows, cols] as codes; values [kept blocks, block_rows, block_cols]
template <class T>
__global__ void code_gather_kernel(CodedMatrix x, DeviceLayout layout, ConstBlockIndex index,
                                   T* values, std::int64_t first_panel, std::int64_t panels) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x / warp_threads;
  const int lane = static_cast<int>(threadIdx.x % warp_threads);
  const std::int64_t items = panels * layout.col_blocks;
  for (std::int64_t item = thread / warp_threads; item < items; item += stride) {
    const PanelPlace place = layout.place(first_panel + item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      if (!is_kept(words, column * place.row_blocks + r)) continue;
      T* block = values + position * layout.block_elements();
      for (std::int64_t e = lane; e < layout.block_elements(); e += warp_threads) {
        const std::int64_t row = r * layout.block_rows + e / layout.block_cols;
        const std::int64_t col = column * layout.block_cols + e % layout.block_cols;
        T value{};
        if (row < place.rows && col < layout.cols) {
          const std::int64_t matrix_row = place.group * layout.rows + place.first_row + row;
          value =
              static_cast<T>(decode_at<SumOf<T>>(x.codes, x.scales, static_cast<int>(x.bits),
                                                 x.first_element + matrix_row * layout.cols + col));
        }
        block[e] = index.scales == nullptr ? value : scaled(value, index.scales[position]);
      }
      ++position;
    }
  }
}

}  // namespace

void gather_blocks_from_codes(void* stream, const CodedMatrix& x, const BsrPanels& panels,
                              PanelRange range) {
  const DeviceLayout layout = make_device_layout(panels.layout);
  ConstBlockIndex index = as_const(panels.index);
  if (panels.layout.scales() == 0) index.scales = nullptr;
  with_type(panels.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("gather_blocks_from_codes",
           plan_grid(range.count * layout.col_blocks, gather_warps, gather_threads), stream,
           code_gather_kernel<T>, x, layout, index, static_cast<T*>(panels.values), range.first,
           range.count);
  });
}

}  // namespace actscope::kernels::cuda
