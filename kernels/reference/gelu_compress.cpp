// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {

void gelu_compress(void* stream, const ConstMatrixView& h, const MatrixView* u,
                   const BsrPanels& panels, void* workspace, const Draw& draw) {
  std::vector<std::byte> memory;
  MatrixView result;
  if (u != nullptr) {
    result = *u;
  } else {
    memory.resize(static_cast<std::size_t>(h.total_rows() * h.cols * size_of(h.dtype)));
    result = contiguous_groups<void*>(memory.data(), h.dtype, h.groups, h.rows, h.cols);
  }
  gelu(stream, h, result, {});
  compress(stream, as_const(result), panels, workspace, draw);
}

}  // namespace actscope::kernels::reference
