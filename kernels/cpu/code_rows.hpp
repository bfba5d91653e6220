// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/codec.hpp"

namespace actscope::kernels::cpu {

/// An array of codes with its scales.
struct CodedArray {
  CodeBits bits = CodeBits::int8;
  const std::uint8_t* codes = nullptr;
  const CodeScale* scales = nullptr;
};

/// Runs of neighboring elements, each `stride` elements after the one before.
struct CodedRows {
  std::int64_t first = 0;  ///< place of the first element in the array
  std::int64_t stride = 0;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

/// Decodes runs to values, `value_stride` elements apart; f32 chosen for the machine's instruction
/// set at run time. The bits are those of common/code_scale.hpp.
void decode_rows(const CodedArray& array, const CodedRows& rows, float* values,
                 std::int64_t value_stride);
void decode_rows(const CodedArray& array, const CodedRows& rows, double* values,
                 std::int64_t value_stride);

}  // namespace actscope::kernels::cpu
