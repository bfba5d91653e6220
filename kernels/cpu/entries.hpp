// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/gemm.hpp"

/// Threads over panels and tiles, vector instructions chosen at run time. Signatures as in
/// OperatorTable.
namespace actscope::kernels::cpu {

void select_blocks(void*, const ConstMatrixView&, const PanelLayout&, const BlockIndex&, void*,
                   const Draw&);
void gather_blocks(void*, const ConstMatrixView&, const BsrPanels&, PanelRange);
void compress(void*, const ConstMatrixView&, const BsrPanels&, void*, const Draw&);
void column_starts_from_mask(void*, const PanelLayout&, const BlockIndex&);
void decompress(void*, const ConstBsrPanels&, const MatrixView&);
void gemm_tn(void*, const ConstMatrixView&, const ConstBsrPanels&, const MatrixView&, Output,
             PanelRange);
void gemm_nt_batched(void*, const ConstMatrixView&, const ConstBsrPanels&, const MatrixView&,
                     Output, PanelRange);
void quantize(void*, DType, const void*, std::int64_t, CodeBits, std::uint8_t*, CodeScale*);
void dequantize(void*, DType, CodeBits, const std::uint8_t*, const CodeScale*, std::int64_t,
                std::int64_t, void*);

}  // namespace actscope::kernels::cpu
