// SPDX-License-Identifier: Apache-2.0
#include "device_product.hpp"

#include <algorithm>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

namespace actscope::bench::cuda {
namespace {

template <class Narrow>
std::vector<float> widened(const DeviceMemory& memory, std::int64_t count) {
  const auto narrow = downloaded<Narrow>(memory, count);
  return {narrow.begin(), narrow.end()};
}

}  // namespace

cudaDataType data_type(kernels::DType dtype) {
  switch (dtype) {
    case kernels::DType::bf16:
      return CUDA_R_16BF;
    case kernels::DType::f16:
      return CUDA_R_16F;
    default:
      return CUDA_R_32F;
  }
}

const char* name_of(cudaDataType type) {
  return type == CUDA_R_16BF ? "bf16" : type == CUDA_R_16F ? "f16" : "f32";
}

std::vector<cudaDataType> result_types(kernels::DType dtype) {
  std::vector<cudaDataType> types = {CUDA_R_32F};
  if (data_type(dtype) != CUDA_R_32F) types.push_back(data_type(dtype));
  return types;
}

DeviceMemory uploaded_as(const std::vector<float>& values, kernels::DType dtype) {
  return dtype == kernels::DType::f32 ? uploaded(values) : uploaded(narrowed(values, dtype));
}

std::vector<float> downloaded_from(const DeviceMemory& memory, std::int64_t count,
                                   cudaDataType type) {
  if (type == CUDA_R_16BF) return widened<kernels::bfloat16>(memory, count);
  if (type == CUDA_R_16F) return widened<kernels::float16>(memory, count);
  return downloaded<float>(memory, count);
}

std::vector<float> transposed(const std::vector<float>& values, std::int64_t rows,
                              std::int64_t cols, std::int64_t kept_rows) {
  std::vector<float> result(static_cast<std::size_t>(kept_rows * cols));
  for (std::int64_t r = 0; r < std::min(rows, kept_rows); ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      result[static_cast<std::size_t>(c * kept_rows + r)] =
          values[static_cast<std::size_t>(r * cols + c)];
    }
  }
  return result;
}

std::vector<float> narrowed_rows(const std::vector<float>& values, std::int64_t rows,
                                 std::int64_t cols, std::int64_t kept_cols) {
  std::vector<float> result;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = values.data() + r * cols;
    result.insert(result.end(), row, row + kept_cols);
  }
  return result;
}

DeviceProduct::DeviceProduct(const DenseProduct& product, std::int64_t padded_depth,
                             std::int64_t padded_features)
    : depth(product.depth),
      outputs(product.outputs),
      features(product.features),
      type(product.type),
      x(uploaded_as(product.x, product.type.dtype)),
      result(padded_features * product.outputs * 4) {
  std::vector<float> padded = product.d;
  padded.resize(static_cast<std::size_t>(padded_depth * product.outputs), 0);
  d = uploaded_as(padded, product.type.dtype);
}

}  // namespace actscope::bench::cuda
