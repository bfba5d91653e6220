// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include "kernels.hpp"
#include "launch_plan.hpp"

namespace actscope::kernels {

const OperatorTable& cuda_operators() {
  static constexpr OperatorTable table{
      .compress_workspace_bytes = cuda::select_workspace_bytes,
      .select_blocks = cuda::select_blocks,
      .gather_blocks = cuda::gather_blocks,
      .compress =
          [](void* stream, const ConstMatrixView& x, const BsrPanels& panels, void* workspace,
             const Draw& draw) {
            cuda::select_blocks(stream, x, panels.layout, panels.index, workspace, draw);
            cuda::gather_blocks(stream, x, panels, {0, panels.layout.panels()});
          },
      .gelu_compress = cuda::gelu_compress,
      .column_starts_from_mask = cuda::column_starts_from_mask,
      .decompress = cuda::decompress,
      .gemm_tn_workspace_bytes = cuda::gemm_tn_workspace_bytes,
      .gemm_tn = cuda::gemm_tn,
      .gemm_nt_batched_workspace_bytes = cuda::gemm_nt_batched_workspace_bytes,
      .gemm_nt_batched = cuda::gemm_nt_batched,
      .spmm = cuda::spmm,
      .sddmm = cuda::sddmm,
      .quantize = cuda::quantize,
      .dequantize = cuda::dequantize,
      .gather_blocks_from_codes = cuda::gather_blocks_from_codes,
      .affine = cuda::affine,
      .add_scaled = cuda::add_scaled,
      .gelu = cuda::gelu,
      .gelu_backward = cuda::gelu_backward,
      .gelu_backward_from_code = cuda::gelu_backward_from_code,
      .narrow_values = cuda::narrow_values,
      .widen_values = cuda::widen_values,
      .enter_device = cuda::enter_device,
      .leave_device = cuda::leave_device,
  };
  return table;
}

}  // namespace actscope::kernels
