// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels {

enum class Output { overwrite, accumulate };

/// Weight gradient of a linear layer whose input was kept block-sparse: dW = dYᵀ · X.
///
/// Shapes   dy [rows of the range, outputs] one group; x panels of [tokens, features] (groups are
///          laid one after the other: tokens = groups·rows); dw [outputs, features], one group
/// Requires dy and x of one dtype, dw of result_of(that); no aliasing
/// Errors   ShapeMismatch: a length or dtype disagrees, a panel range out of bounds;
///          BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream; deterministic for any thread count
/// Cost     2·kept_blocks·block_elements·outputs FLOPs
/// Source   arXiv:2311.16883 for the idea
void gemm_tn(const ExecutionContext& context, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output = Output::overwrite, PanelRange range = {});

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

}  // namespace actscope::kernels
