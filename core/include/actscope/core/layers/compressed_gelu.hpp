// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "actscope/core/layers/compressed_linear.hpp"
#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// gelu(x), exact (erf); backward takes the derivative at what is kept of x.
///
/// Shapes   x of any shape, float32, float64 or bfloat16, CPU or CUDA → the same
/// Errors   ShapeMismatch: another element type; ConfigError: a store that loses elements (drop,
///          bsr, topk, pool), since the derivative at 0 would stand for theirs; Error, in backward:
///          a second derivative is asked for
/// Effects  keeps of x what the store says, nothing where x needs no gradient
torch::Tensor compressed_gelu(const torch::Tensor& x, const StoreSpec& store,
                              std::int64_t workspace_bytes = default_workspace_bytes);

}  // namespace actscope::core
