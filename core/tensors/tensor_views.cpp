// SPDX-License-Identifier: Apache-2.0
#include "tensors/tensor_views.hpp"

#include "actscope/base/check.hpp"
#include "tensors/cuda_stream.hpp"

namespace actscope::core {

kernels::ExecutionContext context_of(const torch::Tensor& tensor) {
  if (tensor.is_cpu()) return {kernels::Backend::cpu, nullptr};
  if (tensor.is_cuda()) {
    return {.backend = kernels::Backend::cuda,
            .stream = current_cuda_stream(tensor.get_device()),
            .device = static_cast<int>(tensor.get_device()),
            .scratch = cuda_scratch()};
  }
  throw DeviceError(error_text("no operators for this device", tensor.device().str(),
                               "move the tensors to cpu or cuda"));
}

kernels::DType dtype_of(const torch::Tensor& tensor) {
  if (tensor.scalar_type() == torch::kFloat32) return kernels::DType::f32;
  if (tensor.scalar_type() == torch::kFloat64) return kernels::DType::f64;
  if (tensor.scalar_type() == torch::kBFloat16) return kernels::DType::bf16;
  if (tensor.scalar_type() == torch::kFloat16) return kernels::DType::f16;
  throw ShapeMismatch(error_text("no operators for this element type",
                                 c10::toString(tensor.scalar_type()),
                                 "use float32, float64, bfloat16 or float16"));
}

kernels::ConstMatrixView const_view(const torch::Tensor& tensor, std::int64_t groups,
                                    std::int64_t rows, std::int64_t cols) {
  ACTSCOPE_REQUIRES(tensor.is_contiguous() && tensor.numel() == groups * rows * cols);
  return kernels::contiguous_groups<const void*>(tensor.const_data_ptr(), dtype_of(tensor), groups,
                                                 rows, cols);
}

kernels::MatrixView mutable_view(const torch::Tensor& tensor, std::int64_t groups,
                                 std::int64_t rows, std::int64_t cols) {
  ACTSCOPE_REQUIRES(tensor.is_contiguous() && tensor.numel() == groups * rows * cols);
  return kernels::contiguous_groups<void*>(tensor.mutable_data_ptr(), dtype_of(tensor), groups,
                                           rows, cols);
}

}  // namespace actscope::core
