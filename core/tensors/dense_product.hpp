// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "tensors/dense_library.hpp"

namespace actscope::core {

/// left · rightᵀ (+ bias) by the fastest dense library at hand: for float32 matrices on a CPU that
/// is not Intel's, large enough for it to matter, the oneDNN that LibTorch carries; LibTorch's own
/// product (MKL where it was built with it) otherwise. Which one follows from type, device, shape
/// and processor alone (`is_for_onednn`), so equal runs on one machine give equal bits.
///
/// Shapes   left [rows, inner], right [outputs, inner], bias [outputs] → [rows, outputs]; any
///          strides
/// Errors   c10::Error: shapes disagree
/// Effects  oneDNN is handed contiguous matrices only: it takes a copy of those that are not
/// Source   docs/decisions/0031, 0036
at::Tensor product_nt(const at::Tensor& left, const at::Tensor& right,
                      const std::optional<at::Tensor>& bias = std::nullopt);

/// sum += leftᵀ · right, by the same rule: a gradient of a weight from rows of its two factors.
///
/// Shapes   left [rows, outputs], right [rows, inner], sum [outputs, inner], overwritten; any
///          strides of left and right
/// Errors   c10::Error: shapes disagree
/// Effects  oneDNN takes copies of at most 1024 rows at once
at::Tensor& add_product_tn(at::Tensor& sum, const at::Tensor& left, const at::Tensor& right);

/// A matrix as product_nt wants it on the right of products of `rows` rows: a contiguous copy where
/// oneDNN multiplies, the matrix itself elsewhere. For walks in chunks, which would copy it in
/// each.
at::Tensor right_factor(const at::Tensor& right, std::int64_t rows);

/// Multiplies as on another processor while it lives; for tests, from one thread.
class AsDenseProcessor {
 public:
  explicit AsDenseProcessor(const DenseProcessor& processor);
  ~AsDenseProcessor();
  AsDenseProcessor(const AsDenseProcessor&) = delete;
  AsDenseProcessor& operator=(const AsDenseProcessor&) = delete;

 private:
  DenseProcessor before_;
};

/// What the products now follow: this machine, unless a test says otherwise.
const DenseProcessor& dense_processor();

}  // namespace actscope::core
