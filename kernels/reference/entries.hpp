// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators.hpp"

/// The oracle: loops that can be checked by reading.
namespace actscope::kernels::reference {

Function<decltype(OperatorTable::select_blocks)> select_blocks;
Function<decltype(OperatorTable::gather_blocks)> gather_blocks;
Function<decltype(OperatorTable::compress)> compress;
Function<decltype(OperatorTable::gelu_compress)> gelu_compress;
Function<decltype(OperatorTable::column_starts_from_mask)> column_starts_from_mask;
Function<decltype(OperatorTable::decompress)> decompress;
Function<decltype(OperatorTable::gemm_tn)> gemm_tn;
Function<decltype(OperatorTable::gemm_nt_batched)> gemm_nt_batched;
Function<decltype(OperatorTable::spmm)> spmm;
Function<decltype(OperatorTable::sddmm)> sddmm;
Function<decltype(OperatorTable::quantize)> quantize;
Function<decltype(OperatorTable::dequantize)> dequantize;
Function<decltype(OperatorTable::gather_blocks_from_codes)> gather_blocks_from_codes;
Function<decltype(OperatorTable::affine)> affine;
Function<decltype(OperatorTable::add_scaled)> add_scaled;
Function<decltype(OperatorTable::gelu)> gelu;
Function<decltype(OperatorTable::gelu_backward)> gelu_backward;
Function<decltype(OperatorTable::gelu_backward_from_code)> gelu_backward_from_code;
Function<decltype(OperatorTable::narrow_values)> narrow_values;
Function<decltype(OperatorTable::widen_values)> widen_values;

}  // namespace actscope::kernels::reference
