// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "global_selection.hpp"
#include "operators.hpp"

/// Host side of every CUDA operator, as OperatorTable wants it: arguments are validated, work is
/// enqueued on the stream, nothing is allocated or awaited. Errors: DeviceError.
namespace actscope::kernels::cuda {

// compress.cu
void select_blocks(void* stream, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void* workspace, const Draw& draw);
void column_starts_from_mask(void* stream, const PanelLayout& layout, const BlockIndex& index);
/// What is left of select_blocks when the workspace begins with the keys of all blocks.
void select_by_keys(void* stream, const PanelLayout& layout, const BlockIndex& index,
                    void* workspace, const Draw& draw);

// gelu_compress.cu
void gelu_compress(void* stream, const ConstMatrixView& h, const MatrixView* u,
                   const BsrPanels& panels, void* workspace, const Draw& draw);

// unit_selection.cu, global_selection.cu: parts of the two above. The workspace begins with the
// keys of all blocks.
void select_in_units(void* stream, const PanelLayout& layout, const BlockIndex& index,
                     const Draw& draw, void* workspace);
/// Where all blocks compete and are many: the limit of that one unit, by all thread blocks
/// together.
void select_over_device(void* stream, const PanelLayout& layout, const std::uint64_t* keys,
                        const Draw& draw, UnitLimit* limit, GlobalSelection* shared);
void chain_column_starts(void* stream, const PanelLayout& layout, std::uint32_t* column_starts);
void write_scales(void* stream, const PanelLayout& layout, const BlockIndex& index,
                  const Draw& draw, void* workspace);

// panel_copy.cu
void gather_blocks(void* stream, const ConstMatrixView& x, const BsrPanels& panels,
                   PanelRange range);
void decompress(void* stream, const ConstBsrPanels& panels, const MatrixView& out);

// gemm_tn.cu, gemm_nt.cu
void gemm_tn(const ExecutionContext& context, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output, PanelRange range, const GemmEpilogue& epilogue);
std::int64_t gemm_tn_workspace_bytes(const PanelLayout& x, DType dtype, std::int64_t outputs,
                                     PanelRange range);
void gemm_nt_batched(const ExecutionContext& context, const ConstMatrixView& dt,
                     const ConstBsrPanels& y, const MatrixView& da, Output output,
                     PanelRange range);
std::int64_t gemm_nt_batched_workspace_bytes(const PanelLayout& y, DType dtype, std::int64_t mixed,
                                             PanelRange range);

// gemm_plain.cu: what does not run on tensor cores
void gemm_tn_plain(void* stream, const ConstMatrixView& dy, const ConstBsrPanels& x,
                   const MatrixView& dw, Output output, PanelRange range,
                   const GemmEpilogue& epilogue);
void gemm_nt_plain(void* stream, const ConstMatrixView& dt, const ConstBsrPanels& y,
                   const MatrixView& da, Output output, PanelRange range);

// split_sum.cu: out (+)= Σ parts, one after the other; and a sum of nothing, out of any type.
// Shapes  parts [count, out.rows, out.cols], count >= 1
void add_parts(void* stream, const float* parts, std::int64_t count, const MatrixView& out,
               Output output);
void add_nothing(void* stream, const MatrixView& out, Output output);

// sparse_product.cu
void spmm(void*, const ConstBsrPanels&, const ConstMatrixView&, const MatrixView&);
void sddmm(void*, const ConstMatrixView&, const ConstMatrixView&, const BsrPanels&);

// codec.cu
void quantize(void* stream, DType dtype, const void* values, std::int64_t elements, CodeBits bits,
              std::uint8_t* codes, CodeScale* scales, const Rounding& rounding);
void dequantize(void* stream, DType dtype, CodeBits bits, const std::uint8_t* codes,
                const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                void* values);

// code_gather.cu
void gather_blocks_from_codes(void* stream, const CodedMatrix& x, const BsrPanels& panels,
                              PanelRange range);

// elementwise.cu
void affine(void*, const ConstMatrixView&, const void*, const void*, const MatrixView&);
void add_scaled(void*, const ConstMatrixView&, const void*, const ConstMatrixView&,
                const MatrixView&);
void gelu(void*, const ConstMatrixView&, const MatrixView&, const GeluCode&);
void gelu_backward(void*, const ConstMatrixView&, const ConstMatrixView&, const MatrixView&,
                   const MatrixView*);
void gelu_backward_from_code(void*, const ConstMatrixView&, CodeBits, const std::uint8_t*,
                             const MatrixView&);

// narrow_float.cu
void narrow_values(void*, DType, const void*, std::int64_t, NarrowFloat, void*);
void widen_values(void*, DType, NarrowFloat, const void*, std::int64_t, void*);

}  // namespace actscope::kernels::cuda
