// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace actscope::core {

/// left · rightᵀ (+ bias) by the fastest dense library at hand: for float32 matrices on a CPU,
/// large enough for it to matter, the oneDNN that LibTorch carries; LibTorch's own product (MKL
/// where it was built with it) otherwise. One of the two for equal shapes and types, so equal runs
/// give equal bits.
///
/// Shapes   left [rows, inner], right [outputs, inner], bias [outputs] → [rows, outputs]; any
/// strides Errors   c10::Error: shapes disagree Source   docs/decisions/0031
at::Tensor product_nt(const at::Tensor& left, const at::Tensor& right,
                      const std::optional<at::Tensor>& bias = std::nullopt);

}  // namespace actscope::core
