// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "device_product.hpp"
#include "libraries.hpp"

namespace actscope::bench::cuda {

/// G = Dᵀ X by the fastest of the algorithms that cuBLASLt proposes. Each is timed here once for an
/// f32 result and, where operands are narrow, for a result of their type.
class LtProduct {
 public:
  /// `x` stands in for product.x where given (the same shape).
  /// Requires cublas_lt().is_there; product, x, stream to outlive this
  /// Errors   Refusal: the library proposes nothing, or fails
  LtProduct(const DeviceProduct& product, const DeviceMemory* x, const Stream& stream);
  LtProduct(const LtProduct&) = delete;
  LtProduct& operator=(const LtProduct&) = delete;
  ~LtProduct();

  /// Enqueues one product.
  void run();
  /// What the last run gave.
  /// Shapes  [outputs, features]
  std::vector<float> result() const;
  double quick_time_s() const { return best_s_; }
  /// "algorithm 66, tile 20, stages 35, split-K 1, f32 result: fastest of 24".
  std::string algorithm() const;

 private:
  void try_all(cudaDataType result_type);
  cublasStatus_t enqueue(const cublasLtMatmulAlgo_t& algo, cudaDataType result_type);
  void release();

  const DeviceProduct& product_;
  const DeviceMemory& x_;
  const Stream& stream_;
  EventStopwatch stopwatch_;
  DeviceMemory workspace_;
  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDesc_t operation_ = nullptr;
  cublasLtMatmulPreference_t preference_ = nullptr;
  cublasLtMatrixLayout_t x_layout_ = nullptr, d_layout_ = nullptr;
  cublasLtMatrixLayout_t result_layouts_[2] = {nullptr, nullptr};  ///< f32, narrow
  std::optional<cublasLtMatmulAlgo_t> best_;
  cudaDataType best_type_ = CUDA_R_32F;
  double best_s_ = 0;
  int tried_ = 0;
};

/// The type of strict f32, TF32 or narrow operands; sums are f32 in all.
cublasComputeType_t compute_type(const ElementType& type);

}  // namespace actscope::bench::cuda
