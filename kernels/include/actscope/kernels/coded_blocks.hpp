// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/codec.hpp"

namespace actscope::kernels {

/// A row-major matrix without gaps, groups × [rows, cols], that is kept as codes: a part of an
/// array that quantize wrote. Memory owned by the caller.
///
/// Shapes  codes and scales those of the whole array; element (g, r, c) of the matrix has the place
///         first_element + (g·rows + r)·cols + c there, wherever groups of codes begin
struct CodedMatrix {
  CodeBits bits = CodeBits::int8;
  const std::uint8_t* codes = nullptr;
  const CodeScale* scales = nullptr;
  std::int64_t first_element = 0;
};

/// Copies the kept blocks of a matrix that is kept as codes into panels.values: the bits of
/// dequantize and gather_blocks (of bf16 and f16: of dequantize to f32 and rounding between them),
/// but only kept blocks are decoded and the matrix is never written out.
///
/// Shapes   x holds groups × [rows, cols] as panels.layout says; index already written
/// Errors   ShapeMismatch: first_element is negative, the range leaves the layout; ConfigError: no
///          room for scales; BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing; the same bits in every back end
/// Cost     reads the codes of kept blocks; least where rows of blocks begin on whole bytes
void gather_blocks_from_codes(const ExecutionContext& context, const CodedMatrix& x,
                              const BsrPanels& panels, PanelRange range = {});

}  // namespace actscope::kernels
