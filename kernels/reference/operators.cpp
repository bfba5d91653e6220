// SPDX-License-Identifier: Apache-2.0
#include "reference/entries.hpp"

#include "operators.hpp"

namespace actscope::kernels {

const OperatorTable& reference_operators() {
  static const OperatorTable table{
      [](const PanelLayout&) -> std::int64_t { return 0; },
      reference::select_blocks,
      reference::gather_blocks,
      reference::compress,
      reference::gelu_compress,
      reference::column_starts_from_mask,
      reference::decompress,
      [](const PanelLayout&, DType, std::int64_t, PanelRange) -> std::int64_t { return 0; },
      reference::gemm_tn,
      [](const PanelLayout&, DType, std::int64_t, PanelRange) -> std::int64_t { return 0; },
      reference::gemm_nt_batched,
      reference::spmm,
      reference::sddmm,
      reference::quantize,
      reference::dequantize,
      reference::gather_blocks_from_codes,
      reference::affine,
      reference::add_scaled,
      reference::gelu,
      reference::gelu_backward,
      reference::gelu_backward_from_code,
      reference::narrow_values,
      reference::widen_values,
  };
  return table;
}

}  // namespace actscope::kernels
