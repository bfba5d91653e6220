// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/codec.hpp"

/// Groups of codes from and to f32, chosen for the machine's instruction set at run time; the bits
/// are those of common/code_scale.hpp.
namespace actscope::kernels::cpu {

/// Encodes `elements` values that begin at a group's first. `first_group` is its number for
/// stochastic rounding.
/// Shapes  values [elements]; codes [code_bytes]; scales [code_groups]
void encode_groups(const float* values, std::int64_t elements, CodeBits bits,
                   const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                   CodeScale* scales);

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

/// Decodes runs to values, `value_stride` elements apart.
void decode_rows(const CodedArray& array, const CodedRows& rows, float* values,
                 std::int64_t value_stride);
void decode_rows(const CodedArray& array, const CodedRows& rows, double* values,
                 std::int64_t value_stride);

}  // namespace actscope::kernels::cpu
