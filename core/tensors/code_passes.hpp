// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/narrow_float.hpp"

/// The codecs of `kernels` on tensors. They read and write float32 and float64; bfloat16 and
/// float16 go through a float32 copy, which is exact, and what is decoded is rounded once more.
namespace actscope::core {

/// The tensor, or where it is bfloat16 or float16 a float32 copy of it.
torch::Tensor as_codable(const torch::Tensor& values);

/// Whether the codecs take a float32 copy instead.
inline bool is_narrow(const torch::Tensor& values) {
  return values.scalar_type() == torch::kBFloat16 || values.scalar_type() == torch::kHalf;
}

/// Calls write(room), room being `values` or float32 memory of its size that is rounded into it.
template <class Write>
void write_codable(torch::Tensor& values, const Write& write) {
  if (!is_narrow(values)) return write(values);
  torch::Tensor wide = torch::empty_like(values, values.options().dtype(torch::kFloat32));
  write(wide);
  values.copy_(wide);
}

/// The int32 tensor of scales as the kernels take it.
inline kernels::CodeScale* scales_in(const torch::Tensor& scales) {
  return reinterpret_cast<kernels::CodeScale*>(scales.mutable_data_ptr<std::int32_t>());
}
inline const kernels::CodeScale* const_scales_in(const torch::Tensor& scales) {
  return reinterpret_cast<const kernels::CodeScale*>(scales.const_data_ptr<std::int32_t>());
}

/// Shapes  values of any shape, contiguous; codes and scales as kernels::quantize
void encode(const torch::Tensor& values, kernels::CodeBits bits, std::uint8_t* codes,
            kernels::CodeScale* scales, const kernels::Rounding& rounding = {});

/// Writes the elements of a code from its element `first_element` on over `values`.
void decode(const kernels::CodedMatrix& coded, torch::Tensor& values);

/// Narrow floats into `narrow` and back over `values`.
void narrow_into(const torch::Tensor& values, kernels::NarrowFloat format, void* narrow);
void widen_over(torch::Tensor& values, kernels::NarrowFloat format, const void* narrow);

}  // namespace actscope::core
