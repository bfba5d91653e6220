// SPDX-License-Identifier: Apache-2.0
#include "libraries.hpp"

#include <utility>
#include <vector>

namespace actscope::bench::cuda {
namespace {

#ifndef ACTSCOPE_CUDA_LIBRARY_DIR
#define ACTSCOPE_CUDA_LIBRARY_DIR "/usr/local/cuda/lib64"
#endif

// Where the loader looks, then the toolkit that this was built with, then the usual place.
std::vector<std::string> places_of(const std::string& name) {
  return {name, std::string(ACTSCOPE_CUDA_LIBRARY_DIR) + "/" + name,
          "/usr/local/cuda/lib64/" + name};
}

// Fills in the functions of a table and remembers whether one was missing.
class Finder {
 public:
  explicit Finder(const SharedLibrary& library) : library_(library) {}

  template <class Result, class... Arguments>
  void operator()(Result (*&function)(Arguments...), const char* name) {
    function = library_.function<Result(Arguments...)>(name);
    has_all_ = has_all_ && function != nullptr;
  }
  bool has_all() const { return has_all_; }

 private:
  const SharedLibrary& library_;
  bool has_all_ = true;
};

template <class Status>
std::string version_of(Status (*property)(libraryPropertyType, int*)) {
  std::string text;
  for (const libraryPropertyType part : {MAJOR_VERSION, MINOR_VERSION, PATCH_LEVEL}) {
    int number = 0;
    property(part, &number);
    text += (text.empty() ? "" : ".") + std::to_string(number);
  }
  return text;
}

void set_missing(KernelRival& facts, const SharedLibrary& library, const char* package) {
  facts.message =
      "not found; install CUDA 13's " + std::string(package) + " (scripts/setup --cuda)";
  if (!library.error().empty()) facts.message += "; the loader says: " + library.error();
}

}  // namespace

CublasLt::CublasLt() : library(places_of("libcublasLt.so.13")) {
  Finder find(library);
  find(create, "cublasLtCreate");
  find(destroy, "cublasLtDestroy");
  find(version, "cublasLtGetVersion");
  find(status_text, "cublasLtGetStatusString");
  find(create_operation, "cublasLtMatmulDescCreate");
  find(destroy_operation, "cublasLtMatmulDescDestroy");
  find(set_operation, "cublasLtMatmulDescSetAttribute");
  find(create_layout, "cublasLtMatrixLayoutCreate");
  find(destroy_layout, "cublasLtMatrixLayoutDestroy");
  find(create_preference, "cublasLtMatmulPreferenceCreate");
  find(destroy_preference, "cublasLtMatmulPreferenceDestroy");
  find(set_preference, "cublasLtMatmulPreferenceSetAttribute");
  find(heuristics, "cublasLtMatmulAlgoGetHeuristic");
  find(config, "cublasLtMatmulAlgoConfigGetAttribute");
  find(matmul, "cublasLtMatmul");
  is_there = find.has_all();
}

void CublasLt::check(cublasStatus_t status, const char* call) const {
  if (status != CUBLAS_STATUS_SUCCESS) {
    throw Refusal(std::string(call) + ": " + status_text(status));
  }
}

Cublas::Cublas() : library(places_of("libcublas.so.13")) {
  Finder find(library);
  find(create, "cublasCreate_v2");
  find(destroy, "cublasDestroy_v2");
  find(set_stream, "cublasSetStream_v2");
  find(property, "cublasGetProperty");
  find(status_text, "cublasGetStatusString");
  find(gemm_ex, "cublasGemmEx");
  is_there = find.has_all();
}

void Cublas::check(cublasStatus_t status, const char* call) const {
  if (status != CUBLAS_STATUS_SUCCESS) {
    throw Refusal(std::string(call) + ": " + status_text(status));
  }
}

Cusparse::Cusparse() : library(places_of("libcusparse.so.12")) {
  Finder find(library);
  find(create, "cusparseCreate");
  find(destroy, "cusparseDestroy");
  find(set_stream, "cusparseSetStream");
  find(property, "cusparseGetProperty");
  find(error_name, "cusparseGetErrorName");
  find(error_text, "cusparseGetErrorString");
  find(create_bsr, "cusparseCreateConstBsr");
  find(create_blocked_ell, "cusparseCreateConstBlockedEll");
  find(destroy_sparse, "cusparseDestroySpMat");
  find(create_dense, "cusparseCreateDnMat");
  find(destroy_dense, "cusparseDestroyDnMat");
  find(spmm_buffer_size, "cusparseSpMM_bufferSize");
  find(spmm_preprocess, "cusparseSpMM_preprocess");
  find(spmm, "cusparseSpMM");
  is_there = find.has_all();
  Finder legacy(library);
  legacy(create_descriptor, "cusparseCreateMatDescr");
  legacy(destroy_descriptor, "cusparseDestroyMatDescr");
  legacy(sbsrmm, "cusparseSbsrmm");
}

std::string Cusparse::text_of(cusparseStatus_t status) const {
  return std::string(error_name(status)) + ", " + error_text(status);
}

void Cusparse::check(cusparseStatus_t status, const char* call) const {
  if (status != CUSPARSE_STATUS_SUCCESS) throw Refusal(std::string(call) + ": " + text_of(status));
}

const CublasLt& cublas_lt() {
  static const CublasLt table;
  return table;
}

const Cublas& cublas() {
  static const Cublas table;
  return table;
}

const Cusparse& cusparse() {
  static const Cusparse table;
  return table;
}

void describe_cublas_lt(KernelRival& facts) {
  facts.library = "cuBLASLt";
  const CublasLt& table = cublas_lt();
  if (!table.is_there) return set_missing(facts, table.library, "libcublas");
  facts.version = std::to_string(table.version());
  facts.path = file_of(table.matmul);
  facts.status = RivalStatus::ok;
}

void describe_cublas(KernelRival& facts) {
  facts.library = "cuBLAS";
  const Cublas& table = cublas();
  if (!table.is_there) return set_missing(facts, table.library, "libcublas");
  facts.version = version_of(table.property);
  facts.path = file_of(table.gemm_ex);
  facts.status = RivalStatus::ok;
}

void describe_cusparse(KernelRival& facts) {
  facts.library = "cuSPARSE";
  const Cusparse& table = cusparse();
  if (!table.is_there) return set_missing(facts, table.library, "libcusparse");
  facts.version = version_of(table.property);
  facts.path = file_of(table.spmm);
  facts.status = RivalStatus::ok;
}

}  // namespace actscope::bench::cuda
