// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "common/code_scale.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {

void gather_blocks_from_codes(void*, const CodedMatrix& x, const BsrPanels& panels,
                              PanelRange range) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(panels.dtype, [&]<class T>() {
    const auto value_at = [&](std::int64_t row, std::int64_t col) {
      const std::int64_t place = x.first_element + row * layout.cols() + col;
      const CodeScale scale = x.scales[place / code_group_elements];
      return static_cast<T>(decode_one<SumOf<T>>(code_at(x.codes, x.bits, place), scale));
    };
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      const PanelExtent panel = layout.panel(p);
      for_each_kept_block(panel, panels.index, [&](auto r, auto c, auto slot) {
        const BlockExtent block = block_extent(layout, panel, r, c);
        T* values = static_cast<T*>(panels.values) + slot * layout.block_elements();
        const float scale = layout.scales() > 0 ? panels.index.scales[slot] : 1.0F;
        for (std::int64_t i = 0; i < layout.block_rows(); ++i) {
          for (std::int64_t j = 0; j < layout.block_cols(); ++j) {
            const bool is_inside = i < block.rows && j < block.cols;
            const std::int64_t row = panel.group * layout.rows() + block.row + i;
            const T value = is_inside ? value_at(row, block.col + j) : T(0);
            values[i * layout.block_cols() + j] = scaled(value, scale);
          }
        }
      });
    }
  });
}

}  // namespace actscope::kernels::reference
