// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include "reference/entries.hpp"

namespace actscope::kernels {

const OperatorTable& reference_operators() {
  static constexpr OperatorTable table{
      .compress_workspace_bytes = no_workspace_bytes,
      .select_blocks = reference::select_blocks,
      .gather_blocks = reference::gather_blocks,
      .compress = reference::compress,
      .gelu_compress = reference::gelu_compress,
      .column_starts_from_mask = reference::column_starts_from_mask,
      .decompress = reference::decompress,
      .gemm_tn_workspace_bytes = no_workspace_bytes,
      .gemm_tn = reference::gemm_tn,
      .gemm_nt_batched_workspace_bytes = no_workspace_bytes,
      .gemm_nt_batched = reference::gemm_nt_batched,
      .spmm = reference::spmm,
      .sddmm = reference::sddmm,
      .quantize = reference::quantize,
      .dequantize = reference::dequantize,
      .gather_blocks_from_codes = reference::gather_blocks_from_codes,
      .affine = reference::affine,
      .add_scaled = reference::add_scaled,
      .gelu = reference::gelu,
      .gelu_backward = reference::gelu_backward,
      .gelu_backward_from_code = reference::gelu_backward_from_code,
      .narrow_values = reference::narrow_values,
      .widen_values = reference::widen_values,
  };
  return table;
}

}  // namespace actscope::kernels
