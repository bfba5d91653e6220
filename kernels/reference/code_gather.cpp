// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "common/code_scale.hpp"
#include "reference/entries.hpp"
#include "reference/kept_values.hpp"

namespace actscope::kernels::reference {

void gather_blocks_from_codes(void*, const CodedMatrix& x, const BsrPanels& panels,
                              PanelRange range) {
  const PanelLayout& layout = panels.layout;
  dispatch_dtype(panels.dtype, [&]<class T>() {
    write_kept_values<T>(panels, range, [&](auto group, auto row, auto col) {
      const std::int64_t place =
          x.first_element + (group * layout.rows() + row) * layout.cols() + col;
      const CodeScale scale = x.scales[place / code_group_elements];
      return static_cast<T>(decode_one<SumOf<T>>(code_at(x.codes, x.bits, place), scale));
    });
  });
}

}  // namespace actscope::kernels::reference
