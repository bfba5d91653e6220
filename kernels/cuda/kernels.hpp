// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "global_selection.hpp"
#include "operators.hpp"

/// Host side of every CUDA operator, as OperatorTable wants it: arguments are validated, work is
/// enqueued on the stream, nothing is allocated or awaited. Errors: DeviceError.
namespace actscope::kernels::cuda {

// compress.cu
Function<decltype(OperatorTable::select_blocks)> select_blocks;
Function<decltype(OperatorTable::column_starts_from_mask)> column_starts_from_mask;
/// The rest of select_blocks, when the workspace begins with the keys of all blocks.
void select_by_keys(void* stream, const PanelLayout& layout, const BlockIndex& index,
                    void* workspace, const Draw& draw);

// gelu_compress.cu
Function<decltype(OperatorTable::gelu_compress)> gelu_compress;

// unit_selection.cu, global_selection.cu: parts of the two above. The workspace begins with the
// keys of all blocks.
void select_in_units(void* stream, const PanelLayout& layout, const BlockIndex& index,
                     const Draw& draw, void* workspace);
/// Finds the limit of the one unit there is where all blocks compete and are many, by all thread
/// blocks together.
void select_over_device(void* stream, const PanelLayout& layout, const std::uint64_t* keys,
                        const Draw& draw, UnitLimit* limit, GlobalSelection* shared);
void chain_column_starts(void* stream, const PanelLayout& layout, std::uint32_t* column_starts);
void write_scales(void* stream, const PanelLayout& layout, const BlockIndex& index,
                  const Draw& draw, void* workspace);

// panel_copy.cu
Function<decltype(OperatorTable::gather_blocks)> gather_blocks;
Function<decltype(OperatorTable::decompress)> decompress;

// gemm_tn.cu, gemm_nt.cu
Function<decltype(OperatorTable::gemm_tn)> gemm_tn;
Function<decltype(OperatorTable::gemm_tn_workspace_bytes)> gemm_tn_workspace_bytes;
Function<decltype(OperatorTable::gemm_nt_batched)> gemm_nt_batched;
Function<decltype(OperatorTable::gemm_nt_batched_workspace_bytes)> gemm_nt_batched_workspace_bytes;

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
Function<decltype(OperatorTable::spmm)> spmm;
Function<decltype(OperatorTable::sddmm)> sddmm;

// codec.cu
Function<decltype(OperatorTable::quantize)> quantize;
Function<decltype(OperatorTable::dequantize)> dequantize;

// code_gather.cu
Function<decltype(OperatorTable::gather_blocks_from_codes)> gather_blocks_from_codes;

// elementwise.cu
Function<decltype(OperatorTable::affine)> affine;
Function<decltype(OperatorTable::add_scaled)> add_scaled;
Function<decltype(OperatorTable::gelu)> gelu;
Function<decltype(OperatorTable::gelu_backward)> gelu_backward;
Function<decltype(OperatorTable::gelu_backward_from_code)> gelu_backward_from_code;

// narrow_float.cu
Function<decltype(OperatorTable::narrow_values)> narrow_values;
Function<decltype(OperatorTable::widen_values)> widen_values;

// limits.cpp
Function<decltype(OperatorTable::enter_device)> enter_device;
Function<decltype(OperatorTable::leave_device)> leave_device;

}  // namespace actscope::kernels::cuda
