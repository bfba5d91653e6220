// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels {

/// Bytes of scratch memory that `select_blocks` and `compress` need (host or device memory as the
/// back end says). 0 where a back end needs none.
std::int64_t compress_workspace_bytes(const ExecutionContext& context, const PanelLayout& layout);

/// Chooses the kept blocks of x by Frobenius norm inside each panel and writes mask and starts.
///
/// Shapes   x groups × [rows, cols] f32|f64 as layout says; index as BlockIndex
/// Requires workspace of compress_workspace_bytes; no aliasing
/// Errors   ShapeMismatch: x and layout disagree; BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing there; deterministic for any thread count:
///          squares are summed in double precision, down each column of the block, then over
///          its columns from left to right
void select_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const PanelLayout& layout, const BlockIndex& index, void* workspace);

/// Copies the kept blocks of x (edge blocks padded with zeros) into panels.values.
///
/// Shapes   x as panels.layout says, same dtype as panels; index already written
/// Errors   ShapeMismatch: x and layout, or dtypes, disagree; BackendNotBuilt, DeviceError
void gather_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const BsrPanels& panels, PanelRange range = {});

/// select_blocks and gather_blocks together; on the CPU one walk over x, panel by panel.
void compress(const ExecutionContext& context, const ConstMatrixView& x, const BsrPanels& panels,
              void* workspace);

/// Derives column starts from the mask (a stored mask is enough to rebuild the index).
void column_starts_from_mask(const ExecutionContext& context, const PanelLayout& layout,
                             const BlockIndex& index);

/// Writes kept blocks to `out` and zeros elsewhere.
///
/// Shapes   out: as panels.layout, dtype of panels; overwritten
/// Errors   ShapeMismatch: out and layout, or dtypes, disagree; BackendNotBuilt, DeviceError
void decompress(const ExecutionContext& context, const ConstBsrPanels& panels,
                const MatrixView& out);

}  // namespace actscope::kernels
