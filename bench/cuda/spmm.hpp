// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "device_product.hpp"
#include "kernels/transposed_blocks.hpp"
#include "libraries.hpp"

namespace actscope::bench::cuda {

/// A cuSPARSE handle on a stream, made when it is first asked for.
class CusparseHandle {
 public:
  explicit CusparseHandle(const Stream& stream) : stream_(stream) {}
  CusparseHandle(const CusparseHandle&) = delete;
  CusparseHandle& operator=(const CusparseHandle&) = delete;
  ~CusparseHandle();

  const Stream& stream() const { return stream_; }
  /// Errors  Refusal: with the library's own text
  cusparseHandle_t get();

 private:
  const Stream& stream_;
  cusparseHandle_t handle_ = nullptr;
};

/// Gᵀ = Xᵀ D by cusparseSpMM, Xᵀ in a block format of the generic interface. Every result type is
/// tried, with D and Gᵀ by rows and by columns; the fastest form that cuSPARSE takes is run.
class Spmm {
 public:
  /// Makes the descriptor of Xᵀ.
  using Describe = std::function<cusparseConstSpMatDescr_t()>;

  /// Requires what `describe` refers to, and handle, to outlive this
  /// Errors   Refusal: no type is taken, with the library's own texts
  Spmm(CusparseHandle& handle, const DenseProduct& dense, const TransposedBlocks& blocks,
       const Describe& describe, cusparseSpMMAlg_t algorithm);
  Spmm(const Spmm&) = delete;
  Spmm& operator=(const Spmm&) = delete;
  ~Spmm();

  void run();  ///< enqueues one product
  /// What the last run gave.
  /// Shapes  [outputs, features]
  std::vector<float> result() const;
  /// "bf16 to f32 by rows; bf16 to bf16 by rows refused: CUSPARSE_STATUS_NOT_SUPPORTED, …".
  const std::string& report() const { return report_; }

 private:
  // One way to call it, with its descriptors and buffer.
  class Form;

  void try_form(cudaDataType result_type, cusparseOrder_t order);

  CusparseHandle& handle_;
  DeviceProduct product_;
  std::int64_t padded_depth_, padded_features_;
  cusparseSpMMAlg_t algorithm_;
  EventStopwatch stopwatch_;
  cusparseConstSpMatDescr_t sparse_ = nullptr;
  std::unique_ptr<Form> best_;
  double best_s_ = 0;
  std::string report_;
};

}  // namespace actscope::bench::cuda
