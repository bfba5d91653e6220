// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/gemm.hpp"

namespace actscope::kernels::cpu {

/// Whether the rows of a block fill two vectors or more and its columns tile the matrix, so that
/// turn_and_mix takes it.
bool fills_vectors(const PanelLayout& layout) noexcept;

/// gemm_nt_batched with vectors along the tokens of a block: its kept blocks are transposed (each
/// once) and dt is read in place, instead of transposing all of dt.
/// Requires fills_vectors(y.layout), range.count > 0
void turn_and_mix(const ConstMatrixView& dt, const ConstBsrPanels& y, const MatrixView& da,
                  Output output, PanelRange range);

}  // namespace actscope::kernels::cpu
