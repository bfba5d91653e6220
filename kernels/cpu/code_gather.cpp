// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/code_rows.hpp"
#include "cpu/entries.hpp"

namespace actscope::kernels::cpu {
namespace {

// Types of two bytes are decoded as f32 and rounded; `wide` is room for one block of them.
template <class T>
void decode_block(const CodedArray& array, const CodedRows& rows, std::int64_t stride,
                  std::vector<SumOf<T>>& wide, T* values) {
  if constexpr (sizeof(T) == 2) {
    wide.resize(static_cast<std::size_t>(rows.rows * stride));
    decode_rows(array, rows, wide.data(), stride);
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      for (std::int64_t i = row * stride; i < row * stride + rows.cols; ++i) {
        values[i] = static_cast<T>(wide[static_cast<std::size_t>(i)]);
      }
    }
  } else {
    decode_rows(array, rows, values, stride);
  }
}

}  // namespace

void gather_blocks_from_codes(void*, const CodedMatrix& x, const BsrPanels& panels,
                              PanelRange range) {
  const PanelLayout& layout = panels.layout;
  const CodedArray array{x.bits, x.codes, x.scales};
  dispatch_dtype(panels.dtype, [&]<class T>() {
#pragma omp parallel
    {
      std::vector<SumOf<T>> wide;
#pragma omp for schedule(static)
      for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
        const PanelExtent panel = layout.panel(p);
        for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto position) {
          const BlockExtent block = block_extent(layout, panel, r, c);
          T* values = static_cast<T*>(panels.values) + position * layout.block_elements();
          if (block.rows * block.cols < layout.block_elements()) {  // padding
            std::fill_n(values, layout.block_elements(), T(0));
          }
          const std::int64_t row = panel.group * layout.rows() + block.row;
          decode_block(array,
                       {x.first_element + row * layout.cols() + block.col, layout.cols(),
                        block.rows, block.cols},
                       layout.block_cols(), wide, values);
          apply_scale(panels, position, values);
        });
      }
    }
  });
}

}  // namespace actscope::kernels::cpu
