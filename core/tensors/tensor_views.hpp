// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::core {

/// Back end and stream that operators on this tensor use: its device's, and for CUDA the current
/// stream of that device, with scratch memory of LibTorch's caching allocator, so that products
/// share out their reductions.
/// Errors  DeviceError: neither CPU nor CUDA
kernels::ExecutionContext context_of(const torch::Tensor& tensor);

/// Errors  ShapeMismatch: neither float32, float64, bfloat16 nor float16
kernels::DType dtype_of(const torch::Tensor& tensor);

/// Views of contiguous tensors as groups × [rows, cols].
/// Requires tensor.is_contiguous() and tensor.numel() == groups·rows·cols
kernels::ConstMatrixView const_view(const torch::Tensor& tensor, std::int64_t groups,
                                    std::int64_t rows, std::int64_t cols);
kernels::MatrixView mutable_view(const torch::Tensor& tensor, std::int64_t groups,
                                 std::int64_t rows, std::int64_t cols);

}  // namespace actscope::core
