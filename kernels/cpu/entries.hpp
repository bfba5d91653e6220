// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/gelu_compress.hpp"
#include "actscope/kernels/gemm.hpp"
#include "actscope/kernels/narrow_float.hpp"

/// Threads over panels and tiles, vector instructions chosen at run time. Signatures as in
/// OperatorTable.
namespace actscope::kernels::cpu {

void select_blocks(void*, const ConstMatrixView&, const PanelLayout&, const BlockIndex&, void*,
                   const Draw&);
void gather_blocks(void*, const ConstMatrixView&, const BsrPanels&, PanelRange);
void compress(void*, const ConstMatrixView&, const BsrPanels&, void*, const Draw&);
void gelu_compress(void*, const ConstMatrixView&, const MatrixView*, const BsrPanels&, void*,
                   const Draw&);
void column_starts_from_mask(void*, const PanelLayout&, const BlockIndex&);
void decompress(void*, const ConstBsrPanels&, const MatrixView&);
void gemm_tn(const ExecutionContext&, const ConstMatrixView&, const ConstBsrPanels&,
             const MatrixView&, Output, PanelRange, const GemmEpilogue&);
void gemm_nt_batched(const ExecutionContext&, const ConstMatrixView&, const ConstBsrPanels&,
                     const MatrixView&, Output, PanelRange);
void spmm(void*, const ConstBsrPanels&, const ConstMatrixView&, const MatrixView&);
void sddmm(void*, const ConstMatrixView&, const ConstMatrixView&, const BsrPanels&);
void quantize(void*, DType, const void*, std::int64_t, CodeBits, std::uint8_t*, CodeScale*,
              const Rounding&);
void dequantize(void*, DType, CodeBits, const std::uint8_t*, const CodeScale*, std::int64_t,
                std::int64_t, void*);
void gather_blocks_from_codes(void*, const CodedMatrix&, const BsrPanels&, PanelRange);
void affine(void*, const ConstMatrixView&, const void*, const void*, const MatrixView&);
void add_scaled(void*, const ConstMatrixView&, const void*, const ConstMatrixView&,
                const MatrixView&);
void gelu(void*, const ConstMatrixView&, const MatrixView&, const GeluCode&);
void gelu_backward(void*, const ConstMatrixView&, const ConstMatrixView&, const MatrixView&,
                   const MatrixView*);
void gelu_backward_from_code(void*, const ConstMatrixView&, CodeBits, const std::uint8_t*,
                             const MatrixView&);
void narrow_values(void*, DType, const void*, std::int64_t, NarrowFloat, void*);
void widen_values(void*, DType, NarrowFloat, const void*, std::int64_t, void*);

}  // namespace actscope::kernels::cpu
