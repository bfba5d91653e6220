// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels {

enum class Output { overwrite, accumulate };

/// What gemm_tn does beside the product in the same pass over dY; null: nothing. With d = Σ dY over
/// the rows of the range, the result is  dW = (dYᵀ · X) · diag(column_scale) + d · column_shiftᵀ.
/// A linear layer behind an affine z = α ⊙ x + β that kept x gets its own gradient this way.
///
/// Shapes  column_scale, column_shift [features]; bias_gradient [outputs]; all of dw's dtype,
///         memory of the back end, adjacent
struct GemmEpilogue {
  const void* column_scale = nullptr;
  const void* column_shift = nullptr;
  void* bias_gradient = nullptr;  ///< d, overwritten or added as dw is
};

/// Weight gradient of a linear layer whose input was kept block-sparse: dW = dYᵀ · X.
///
/// Shapes   dy [rows of the range, outputs] one group; x panels of [tokens, features] (groups are
///          laid one after the other: tokens = groups·rows); dw [outputs, features], one group
/// Requires dy and x of one dtype, dw of result_of(that); no aliasing
/// Errors   ShapeMismatch: a length or dtype disagrees, a panel range out of bounds;
///          BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing there; deterministic for any thread count. On
///          CUDA a dy that is not finite may also reach features with a kept block within 16 tokens
///          of it
/// Cost     2·kept_blocks·block_elements·outputs FLOPs; on CUDA dy is read once per 384 features
/// Source   arXiv:2311.16883 for the idea
void gemm_tn(const ExecutionContext& context, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output = Output::overwrite, PanelRange range = {},
             const GemmEpilogue& epilogue = {});

/// Bytes of context.workspace with which the reduction of gemm_tn is shared out among more thread
/// blocks, 0 where nothing would be. Results are the same bits with that memory, with less of it
/// and with none; on CUDA they depend on how many multiprocessors the device has. Without a
/// workspace gemm_tn takes as much from context.scratch, where there is one.
///
/// Shapes   x and range as for gemm_tn, outputs rows of dw
/// Errors   ShapeMismatch: a panel range out of bounds; BackendNotBuilt
std::int64_t gemm_tn_workspace_bytes(const ExecutionContext& context, const PanelLayout& x,
                                     DType dtype, std::int64_t outputs, PanelRange range = {});

/// Weight gradient of a token-mixing layer: dA = Σ_b dT_b · Y_bᵀ, with Y_b kept block-sparse.
///
/// Shapes   dt groups × [mixed, features]; y panels of groups × [tokens, features];
///          da [mixed, tokens], one group
/// Requires as gemm_tn; with a range, it covers whole groups and dt holds those groups
/// Errors   as gemm_tn
/// Effects  as gemm_tn
/// Cost     2·kept_blocks·block_elements·mixed FLOPs
void gemm_nt_batched(const ExecutionContext& context, const ConstMatrixView& dt,
                     const ConstBsrPanels& y, const MatrixView& da,
                     Output output = Output::overwrite, PanelRange range = {});

/// As gemm_tn_workspace_bytes, for gemm_nt_batched.
std::int64_t gemm_nt_batched_workspace_bytes(const ExecutionContext& context, const PanelLayout& y,
                                             DType dtype, std::int64_t mixed,
                                             PanelRange range = {});

/// A block-sparse matrix times a dense one: Y = X · Wᵀ.
///
/// Shapes   x panels of groups × [rows, features]; w [outputs, features], one group; y groups ×
///          [rows, outputs], overwritten
/// Requires w of x's dtype, y of result_of(that); no aliasing
/// Errors   ShapeMismatch: a length or dtype disagrees; BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream; deterministic for any thread count
/// Cost     2·kept_blocks·block_elements·outputs FLOPs
void spmm(const ExecutionContext& context, const ConstBsrPanels& x, const ConstMatrixView& w,
          const MatrixView& y);

/// A dense product sampled at kept blocks: dX = dY · W where dx has blocks, nothing elsewhere.
///
/// Shapes   dy groups × [rows, outputs]; w [outputs, features], one group; dx panels of groups ×
///          [rows, features] whose index is written already: values overwritten, padding zero,
///          scales not read
/// Requires one dtype; no aliasing
/// Errors   as spmm
/// Effects  as spmm
/// Cost     2·kept_blocks·block_elements·outputs FLOPs
void sddmm(const ExecutionContext& context, const ConstMatrixView& dy, const ConstMatrixView& w,
           const BsrPanels& dx);

}  // namespace actscope::kernels
