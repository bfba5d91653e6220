// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/compress.hpp"

namespace actscope::kernels {

/// u = gelu(h) = h·Φ(h) and its blocks in one walk over h: block norms are taken where u is made,
/// so that u is not read again for them.
///
/// Panels are those that `compress` makes of the u of this call, bit by bit. u itself is what
/// `gelu` gives (bf16 and f16: that of f32, rounded).
///
/// Shapes   h groups × [rows, cols] as panels.layout says, one dtype with panels; u alike, or null:
///          then it is not written, and kept blocks are computed anew where they are gathered
/// Requires workspace of compress_workspace_bytes; u may be h itself, else no aliasing
/// Errors   as compress, and ShapeMismatch: u and h disagree
/// Effects  as compress
/// Cost     reads h once, without u its kept blocks twice
void gelu_compress(const ExecutionContext& context, const ConstMatrixView& h, const MatrixView* u,
                   const BsrPanels& panels, void* workspace, const Draw& draw = {});

}  // namespace actscope::kernels
