// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cublasLt.h>
#include <cublas_v2.h>
#include <cusparse.h>

#include <string>

#include "kernels/rival.hpp"
#include "kernels/shared_library.hpp"

namespace actscope::bench::cuda {

/// The functions of libcublasLt.so.13 that we call, looked up when the program runs; is_there is
/// false where the library is missing.
struct CublasLt {
  CublasLt();

  SharedLibrary library;
  bool is_there = false;
  decltype(&cublasLtCreate) create;
  decltype(&cublasLtDestroy) destroy;
  decltype(&cublasLtGetVersion) version;
  decltype(&cublasLtGetStatusString) status_text;
  decltype(&cublasLtMatmulDescCreate) create_operation;
  decltype(&cublasLtMatmulDescDestroy) destroy_operation;
  decltype(&cublasLtMatmulDescSetAttribute) set_operation;
  decltype(&cublasLtMatrixLayoutCreate) create_layout;
  decltype(&cublasLtMatrixLayoutDestroy) destroy_layout;
  decltype(&cublasLtMatmulPreferenceCreate) create_preference;
  decltype(&cublasLtMatmulPreferenceDestroy) destroy_preference;
  decltype(&cublasLtMatmulPreferenceSetAttribute) set_preference;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristics;
  decltype(&cublasLtMatmulAlgoConfigGetAttribute) config;
  decltype(&cublasLtMatmul) matmul;

  /// Errors  Refusal: with the library's own text
  void check(cublasStatus_t status, const char* call) const;
};

/// The same for libcublas.so.13.
struct Cublas {
  Cublas();

  SharedLibrary library;
  bool is_there = false;
  decltype(&cublasCreate_v2) create;
  decltype(&cublasDestroy_v2) destroy;
  decltype(&cublasSetStream_v2) set_stream;
  decltype(&cublasGetProperty) property;
  decltype(&cublasGetStatusString) status_text;
  cublasStatus_t (*gemm_ex)(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int,
                            const void*, const void*, cudaDataType, int, const void*, cudaDataType,
                            int, const void*, void*, cudaDataType, int, cublasComputeType_t,
                            cublasGemmAlgo_t);

  void check(cublasStatus_t status, const char* call) const;
};

/// The same for libcusparse.so.12.
struct Cusparse {
  Cusparse();

  SharedLibrary library;
  bool is_there = false;
  decltype(&cusparseCreate) create;
  decltype(&cusparseDestroy) destroy;
  decltype(&cusparseSetStream) set_stream;
  decltype(&cusparseGetProperty) property;
  decltype(&cusparseGetErrorName) error_name;
  decltype(&cusparseGetErrorString) error_text;
  decltype(&cusparseCreateConstBsr) create_bsr;
  decltype(&cusparseCreateConstBlockedEll) create_blocked_ell;
  decltype(&cusparseDestroySpMat) destroy_sparse;
  decltype(&cusparseCreateDnMat) create_dense;
  decltype(&cusparseDestroyDnMat) destroy_dense;
  decltype(&cusparseSpMM_bufferSize) spmm_buffer_size;
  decltype(&cusparseSpMM_preprocess) spmm_preprocess;
  decltype(&cusparseSpMM) spmm;
  // The legacy product and its descriptor; null where CUDA has dropped them.
  cusparseStatus_t (*create_descriptor)(cusparseMatDescr_t*);
  cusparseStatus_t (*destroy_descriptor)(cusparseMatDescr_t);
  cusparseStatus_t (*sbsrmm)(cusparseHandle_t, cusparseDirection_t, cusparseOperation_t,
                             cusparseOperation_t, int, int, int, int, const float*,
                             cusparseMatDescr_t, const float*, const int*, const int*, int,
                             const float*, int, const float*, float*, int);

  /// "CUSPARSE_STATUS_NOT_SUPPORTED, operation not supported".
  std::string text_of(cusparseStatus_t status) const;
  /// Errors  Refusal: with the library's own text
  void check(cusparseStatus_t status, const char* call) const;
};

/// One of each for the whole program: a library is opened once and never closed.
const CublasLt& cublas_lt();
const Cublas& cublas();
const Cusparse& cusparse();

/// Version and path of a library, or status missing with what to install.
void describe_cublas_lt(KernelRival& facts);
void describe_cublas(KernelRival& facts);
void describe_cusparse(KernelRival& facts);

}  // namespace actscope::bench::cuda
