// SPDX-License-Identifier: Apache-2.0
// Panels and back.
#include "kernels.hpp"
#include "panel_gather.cuh"

namespace actscope::kernels::cuda {

namespace {

// values [kept blocks, block_rows, block_cols]; out groups × [rows, cols]
template <class T>
__global__ void decompress_kernel(const T* values, DeviceLayout layout, ConstBlockIndex index,
                                  DeviceMatrix<T> out) {
  const WarpWalk walk = warp_walk();
  const std::int64_t items = layout.panels() * layout.col_blocks;
  for (std::int64_t item = walk.first; item < items; item += walk.stride) {
    const PanelPlace place = layout.place(item / layout.col_blocks);
    const std::int64_t column = item % layout.col_blocks;
    const std::uint32_t* words = index.mask + place.mask_word;
    std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
    for (std::int64_t r = 0; r < place.row_blocks; ++r) {
      const bool kept = is_kept(words, column * place.row_blocks + r);
      const T* block = values + position * layout.block_elements();
      for (std::int64_t e = walk.lane; e < layout.block_elements(); e += warp_threads) {
        const std::int64_t row = r * layout.block_rows + e / layout.block_cols;
        const std::int64_t col = column * layout.block_cols + e % layout.block_cols;
        if (row >= place.rows || col >= layout.cols) continue;
        out.row(place.group, place.first_row + row)[col] = kept ? block[e] : T{0};
      }
      if (kept) ++position;
    }
  }
}

}  // namespace

void gather_blocks(void* stream, const ConstMatrixView& x, const BsrPanels& panels,
                   PanelRange range) {
  with_type(panels.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    gather_values(stream, StoredValues<T>{device_matrix<const T>(x)}, panels, range,
                  copies_chunks(x, panels));
  });
}

void decompress(void* stream, const ConstBsrPanels& panels, const MatrixView& out) {
  const DeviceLayout layout = make_device_layout(panels.layout);
  with_type(panels.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("decompress", plan_grid(layout.panels() * layout.col_blocks, copy_warps, copy_threads),
           stream, decompress_kernel<T>, static_cast<const T*>(panels.values), layout, panels.index,
           device_matrix<T>(out));
  });
}

}  // namespace actscope::kernels::cuda
