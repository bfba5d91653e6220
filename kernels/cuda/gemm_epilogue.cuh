// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "actscope/kernels/gemm.hpp"

namespace actscope::kernels::cuda {

/// GemmEpilogue with typed elements, passed to kernels by value; null: nothing.
template <class Sum>
struct DeviceEpilogue {
  const Sum* column_scale = nullptr;
  const Sum* column_shift = nullptr;
  Sum* bias_gradient = nullptr;

  DeviceEpilogue() = default;
  explicit DeviceEpilogue(const GemmEpilogue& epilogue)
      : column_scale(static_cast<const Sum*>(epilogue.column_scale)),
        column_shift(static_cast<const Sum*>(epilogue.column_shift)),
        bias_gradient(static_cast<Sum*>(epilogue.bias_gradient)) {}

  /// A sum of the product, scaled and shifted; linear, so that parts may be treated one by one.
  __device__ Sum apply(Sum sum, Sum left_sum, std::int64_t column) const {
    if (column_scale != nullptr) sum *= column_scale[column];
    if (column_shift != nullptr) sum += left_sum * column_shift[column];
    return sum;
  }
};

}  // namespace actscope::kernels::cuda
