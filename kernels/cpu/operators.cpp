// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include "cpu/entries.hpp"

namespace actscope::kernels {

const OperatorTable& cpu_operators() {
  static constexpr OperatorTable table{
      .compress_workspace_bytes = no_workspace_bytes,
      .select_blocks = cpu::select_blocks,
      .gather_blocks = cpu::gather_blocks,
      .compress = cpu::compress,
      .gelu_compress = cpu::gelu_compress,
      .column_starts_from_mask = cpu::column_starts_from_mask,
      .decompress = cpu::decompress,
      .gemm_tn_workspace_bytes = no_workspace_bytes,
      .gemm_tn = cpu::gemm_tn,
      .gemm_nt_batched_workspace_bytes = no_workspace_bytes,
      .gemm_nt_batched = cpu::gemm_nt_batched,
      .spmm = cpu::spmm,
      .sddmm = cpu::sddmm,
      .quantize = cpu::quantize,
      .dequantize = cpu::dequantize,
      .gather_blocks_from_codes = cpu::gather_blocks_from_codes,
      .affine = cpu::affine,
      .add_scaled = cpu::add_scaled,
      .gelu = cpu::gelu,
      .gelu_backward = cpu::gelu_backward,
      .gelu_backward_from_code = cpu::gelu_backward_from_code,
      .narrow_values = cpu::narrow_values,
      .widen_values = cpu::widen_values,
  };
  return table;
}

}  // namespace actscope::kernels
