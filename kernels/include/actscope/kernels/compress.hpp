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

/// What a selection needs beside the matrix.
struct Draw {
  /// For random and unbiased selections: equal seeds give equal draws in every back end. Mix layer
  /// and step into it.
  std::uint64_t seed = 0;
  /// Number of the first block: a matrix selected part by part (panel, row, random) draws as the
  /// whole does when each part names the blocks before it.
  std::int64_t first_block = 0;
  /// For Select::threshold, memory of the back end. Read: blocks whose norm² (unbiased: w/u, see
  /// Rescale) is not below it are kept, but at least one and no more than global would keep, the
  /// largest; 0 keeps as many as global. Written: the threshold that would have kept that many.
  double* threshold = nullptr;
};

/// Chooses the kept blocks of x by Frobenius norm as layout.spec().select and rescale say, and
/// writes mask, starts and scales.
///
/// Shapes   x groups × [rows, cols] as layout says; index as BlockIndex
/// Requires workspace of compress_workspace_bytes; no aliasing
/// Errors   ShapeMismatch: x and layout disagree; ConfigError: select needs a threshold or rescale
///          scales, and none are given; BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing there; deterministic for any thread count:
///          squares are summed in double precision, down each column of the block, then over
///          its columns from left to right
void select_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const PanelLayout& layout, const BlockIndex& index, void* workspace,
                   const Draw& draw = {});

/// Copies the kept blocks of x (edge blocks padded with zeros) into panels.values, multiplied with
/// their scales where there are any.
///
/// Shapes   x as panels.layout says, same dtype as panels; index already written
/// Errors   ShapeMismatch: x and layout, or dtypes, disagree; BackendNotBuilt, DeviceError
void gather_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const BsrPanels& panels, PanelRange range = {});

/// select_blocks and gather_blocks together; on the CPU one walk over x, panel by panel, unless
/// counts_follow_data.
void compress(const ExecutionContext& context, const ConstMatrixView& x, const BsrPanels& panels,
              void* workspace, const Draw& draw = {});

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
