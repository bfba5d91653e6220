// SPDX-License-Identifier: Apache-2.0
#include "cpu/entries.hpp"

#include "operators.hpp"

namespace actscope::kernels {

const OperatorTable& cpu_operators() {
  static const OperatorTable table{
      [](const PanelLayout&) -> std::int64_t { return 0; },
      cpu::select_blocks,
      cpu::gather_blocks,
      cpu::compress,
      cpu::gelu_compress,
      cpu::column_starts_from_mask,
      cpu::decompress,
      [](const PanelLayout&, DType, std::int64_t, PanelRange) -> std::int64_t { return 0; },
      cpu::gemm_tn,
      [](const PanelLayout&, DType, std::int64_t, PanelRange) -> std::int64_t { return 0; },
      cpu::gemm_nt_batched,
      cpu::spmm,
      cpu::sddmm,
      cpu::quantize,
      cpu::dequantize,
      cpu::gather_blocks_from_codes,
      cpu::affine,
      cpu::add_scaled,
      cpu::gelu,
      cpu::gelu_backward,
      cpu::gelu_backward_from_code,
      cpu::narrow_values,
      cpu::widen_values,
  };
  return table;
}

}  // namespace actscope::kernels
