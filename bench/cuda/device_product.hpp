// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.hpp"
#include "kernels/problem.hpp"

#include <cublas_api.h>

namespace actscope::bench::cuda {

/// The operands of G = Dᵀ X in device memory, in their type, and room for the result.
///
/// Shapes  d [depth, outputs]; x [depth, features]; result [outputs, features] (or its transpose)
///         of up to 4 bytes a number
struct DeviceProduct {
  DeviceProduct() = default;
  /// Copies both; `padded_depth` rows of d, zeros behind the last, and room for a result of
  /// `padded_features` columns.
  DeviceProduct(const DenseProduct& product, std::int64_t padded_depth,
                std::int64_t padded_features);
  explicit DeviceProduct(const DenseProduct& product)
      : DeviceProduct(product, product.depth, product.features) {}

  std::int64_t depth = 0, outputs = 0, features = 0;
  ElementType type = fp32;
  DeviceMemory d, x, result;
};

/// Numbers in the type of device memory.
DeviceMemory uploaded_as(const std::vector<float>& values, kernels::DType dtype);

/// `count` numbers of device memory, widened.
std::vector<float> downloaded_from(const DeviceMemory& memory, std::int64_t count,
                                   cudaDataType type);

/// CUDA_R_32F, CUDA_R_16BF, CUDA_R_16F.
cudaDataType data_type(kernels::DType dtype);

/// "f32", "bf16", "f16".
const char* name_of(cudaDataType type);

/// The types that a result of these operands may have: f32 as ours, and their own.
std::vector<cudaDataType> result_types(kernels::DType dtype);

/// [rows, cols] → [cols, rows] without the rows from `kept_rows` on.
std::vector<float> transposed(const std::vector<float>& values, std::int64_t rows,
                              std::int64_t cols, std::int64_t kept_rows);

/// [rows, cols] without the columns from `kept_cols` on.
std::vector<float> narrowed_rows(const std::vector<float>& values, std::int64_t rows,
                                 std::int64_t cols, std::int64_t kept_cols);

}  // namespace actscope::bench::cuda
