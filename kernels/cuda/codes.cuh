// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "actscope/kernels/codec.hpp"

namespace actscope::kernels::cuda {

__device__ inline float from_bfloat16(std::uint16_t bits) {
  return __uint_as_float(static_cast<std::uint32_t>(bits) << 16);
}

/// The value of the code at a place of an array, computed in T (float or double).
template <class T>
__device__ T decode_at(const std::uint8_t* codes, const CodeScale* scales, int bits,
                       std::int64_t place) {
  const std::int64_t first_bit = place * bits;
  const std::uint32_t code = (codes[first_bit / 8] >> (first_bit % 8)) & ((1u << bits) - 1);
  const CodeScale scale = scales[place / code_group_elements];
  return fma(static_cast<T>(from_bfloat16(scale.scale_bits)), static_cast<T>(code),
             static_cast<T>(from_bfloat16(scale.offset_bits)));
}

}  // namespace actscope::kernels::cuda
