// SPDX-License-Identifier: Apache-2.0
// GELU and the norms of its blocks in one kernel; selection and gathering as of any matrix.
#include "block_keys.cuh"
#include "kernels.hpp"
#include "panel_gather.cuh"

namespace actscope::kernels::cuda {

void gelu_compress(void* stream, const ConstMatrixView& h, const MatrixView* u,
                   const BsrPanels& panels, void* workspace, const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  with_type(h.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const GeluValues<T> values{device_matrix<const T>(h),
                               device_matrix<T>(u == nullptr ? MatrixView{} : *u)};
    write_keys(stream, values, layout, draw, static_cast<std::uint64_t*>(workspace));
    select_by_keys(stream, layout, panels.index, workspace, draw);
    if (u == nullptr) gather_values(stream, values, panels, {0, layout.panels()}, false);
  });
  if (u != nullptr) gather_blocks(stream, as_const(*u), panels, {0, layout.panels()});
}

}  // namespace actscope::kernels::cuda
