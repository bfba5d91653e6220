// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "torch_ops/operators.hpp"

namespace actscope::torch_ops::autograd {

Compress compress;
CompressThreshold compress_threshold;
Gather gather;
Decompress decompress;
Product gemm_tn, gemm_nt;

/// y = x Wᵀ + b with what backward needs of x kept block-sparse; differentiable once.
Tensor linear(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias,
              c10::IntArrayRef block, double sparsity, std::string_view select, bool unbiased,
              std::int64_t seed);

/// The same with blocks chosen by a threshold; returns y and the next threshold.
std::tuple<Tensor, Tensor> linear_threshold(const Tensor& x, const Tensor& weight,
                                            const std::optional<Tensor>& bias,
                                            const Tensor& threshold, c10::IntArrayRef block,
                                            double sparsity, bool unbiased, std::int64_t seed);

}  // namespace actscope::torch_ops::autograd
