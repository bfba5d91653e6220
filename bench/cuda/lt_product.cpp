// SPDX-License-Identifier: Apache-2.0
#include "lt_product.hpp"

#include <vector>

namespace actscope::bench::cuda {
namespace {

constexpr std::int64_t workspace_bytes = std::int64_t{64} << 20;
constexpr int most_algorithms = 32;  // asked for, for each result type
constexpr float one = 1, zero = 0;

int place_of(cudaDataType result_type) {
  return result_type == CUDA_R_32F ? 0 : 1;
}

int setting(const cublasLtMatmulAlgo_t& algo, cublasLtMatmulAlgoConfigAttributes_t attribute) {
  int value = 0;
  std::size_t written = 0;
  cublas_lt().config(&algo, attribute, &value, sizeof value, &written);
  return value;
}

}  // namespace

cublasComputeType_t compute_type(const ElementType& type) {
  return type.precision == kernels::Precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                    : CUBLAS_COMPUTE_32F;
}

// The library thinks in columns: row-major [outputs, features] is Gᵀ = Xᵀ D to it, with Xᵀ as it
// lies and D transposed.
LtProduct::LtProduct(const DeviceProduct& product, const DeviceMemory* x, const Stream& stream)
    : product_(product),
      x_(x == nullptr ? product.x : *x),
      stream_(stream),
      stopwatch_(stream),
      workspace_(workspace_bytes) {
  const CublasLt& lt = cublas_lt();
  try {
    lt.check(lt.create(&handle_), "cublasLtCreate");
    const cudaDataType type = data_type(product.type.dtype);
    lt.check(lt.create_operation(&operation_, compute_type(product.type), CUDA_R_32F),
             "cublasLtMatmulDescCreate");
    const cublasOperation_t transpose = CUBLAS_OP_T;
    lt.check(
        lt.set_operation(operation_, CUBLASLT_MATMUL_DESC_TRANSB, &transpose, sizeof transpose),
        "cublasLtMatmulDescSetAttribute");
    const auto depth = static_cast<std::uint64_t>(product.depth);
    const auto features = static_cast<std::uint64_t>(product.features);
    const auto outputs = static_cast<std::uint64_t>(product.outputs);
    lt.check(lt.create_layout(&x_layout_, type, features, depth, product.features),
             "cublasLtMatrixLayoutCreate");
    lt.check(lt.create_layout(&d_layout_, type, outputs, depth, product.outputs),
             "cublasLtMatrixLayoutCreate");
    lt.check(lt.create_preference(&preference_), "cublasLtMatmulPreferenceCreate");
    const auto limit = static_cast<std::size_t>(workspace_bytes);
    lt.check(lt.set_preference(preference_, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &limit,
                               sizeof limit),
             "cublasLtMatmulPreferenceSetAttribute");
    for (const cudaDataType result : result_types(product.type.dtype)) {
      lt.check(lt.create_layout(&result_layouts_[place_of(result)], result, features, outputs,
                                product.features),
               "cublasLtMatrixLayoutCreate");
      try_all(result);
    }
    if (!best_) throw Refusal("cuBLASLt proposes no algorithm for this product");
  } catch (...) {
    release();
    throw;
  }
}

LtProduct::~LtProduct() {
  release();
}

void LtProduct::release() {
  const CublasLt& lt = cublas_lt();
  for (cublasLtMatrixLayout_t layout :
       {x_layout_, d_layout_, result_layouts_[0], result_layouts_[1]}) {
    if (layout != nullptr) lt.destroy_layout(layout);
  }
  if (preference_ != nullptr) lt.destroy_preference(preference_);
  if (operation_ != nullptr) lt.destroy_operation(operation_);
  if (handle_ != nullptr) lt.destroy(handle_);
}

void LtProduct::try_all(cudaDataType result_type) {
  const CublasLt& lt = cublas_lt();
  std::vector<cublasLtMatmulHeuristicResult_t> proposed(most_algorithms);
  int count = 0;
  cublasLtMatrixLayout_t result = result_layouts_[place_of(result_type)];
  // Not supported is no error: another result type may be.
  if (lt.heuristics(handle_, operation_, x_layout_, d_layout_, result, result, preference_,
                    most_algorithms, proposed.data(), &count) != CUBLAS_STATUS_SUCCESS) {
    return;
  }
  for (int i = 0; i < count; ++i) {
    const cublasLtMatmulHeuristicResult_t& candidate = proposed[static_cast<std::size_t>(i)];
    if (candidate.state != CUBLAS_STATUS_SUCCESS) continue;
    if (enqueue(candidate.algo, result_type) != CUBLAS_STATUS_SUCCESS) continue;
    const double time_s =
        cuda::quick_time_s(stopwatch_, [&] { (void)enqueue(candidate.algo, result_type); });
    ++tried_;
    if (best_ && time_s >= best_s_) continue;
    best_ = candidate.algo;
    best_type_ = result_type;
    best_s_ = time_s;
  }
}

cublasStatus_t LtProduct::enqueue(const cublasLtMatmulAlgo_t& algo, cudaDataType result_type) {
  cublasLtMatrixLayout_t result = result_layouts_[place_of(result_type)];
  return cublas_lt().matmul(handle_, operation_, &one, x_.data(), x_layout_, product_.d.data(),
                            d_layout_, &zero, product_.result.data(), result,
                            product_.result.data(), result, &algo, workspace_.data(),
                            static_cast<std::size_t>(workspace_bytes), stream_.get());
}

void LtProduct::run() {
  cublas_lt().check(enqueue(*best_, best_type_), "cublasLtMatmul");
}

std::vector<float> LtProduct::result() const {
  return downloaded_from(product_.result, product_.outputs * product_.features, best_type_);
}

std::string LtProduct::algorithm() const {
  return "algorithm " + std::to_string(setting(*best_, CUBLASLT_ALGO_CONFIG_ID)) + ", tile " +
         std::to_string(setting(*best_, CUBLASLT_ALGO_CONFIG_TILE_ID)) + ", stages " +
         std::to_string(setting(*best_, CUBLASLT_ALGO_CONFIG_STAGES_ID)) + ", split-K " +
         std::to_string(setting(*best_, CUBLASLT_ALGO_CONFIG_SPLITK_NUM)) + ", " +
         name_of(best_type_) + " result: fastest of " + std::to_string(tried_);
}

}  // namespace actscope::bench::cuda
