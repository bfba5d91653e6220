// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "actscope/kernels/codec.hpp"

/// Codes of rows, each in groups of its own, so that a small row is as exact as a large one: the
/// last group of a row is short where 128 does not divide it. Elsewhere these are the codes of the
/// whole vector.
///
/// Shapes    values [rows · row], contiguous, of float32, float64, bfloat16 or float16; codes uint8
///           [rows · code_bytes(row)]; scales int32 [rows · code_groups(row)], both contiguous
/// Requires  row > 0, a divisor of the elements, whose codes fill bytes
namespace actscope::core {

void encode_rows(const torch::Tensor& values, std::int64_t row, kernels::CodeBits bits,
                 const torch::Tensor& codes, const torch::Tensor& scales);
void decode_rows(const torch::Tensor& codes, const torch::Tensor& scales, std::int64_t row,
                 kernels::CodeBits bits, torch::Tensor& values);

/// The same codes by one pass over a copy whose rows are filled up to whole groups: what devices
/// do, where a pass for each row would cost a launch. Works on the CPU too.
void encode_filled_rows(const torch::Tensor& values, std::int64_t row, kernels::CodeBits bits,
                        const torch::Tensor& codes, const torch::Tensor& scales);
void decode_filled_rows(const torch::Tensor& codes, const torch::Tensor& scales, std::int64_t row,
                        kernels::CodeBits bits, torch::Tensor& values);

}  // namespace actscope::core
