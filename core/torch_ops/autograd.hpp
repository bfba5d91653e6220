// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <utility>

#include "torch_ops/operators.hpp"

namespace actscope::torch_ops {

/// Calls an operator through the dispatcher, so that every mode sees it.
template <class Signature, class... Arguments>
auto call(const char* name, Arguments&&... arguments) {
  const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
  return handle.call(std::forward<Arguments>(arguments)...);
}

namespace autograd {

Compress compress;
CompressThreshold compress_threshold;
Gather gather;
DecompressOf<c10::SymIntArrayRef> decompress;
ProductOf<c10::SymIntArrayRef> gemm_tn, gemm_nt;
CodedProductOf<c10::SymInt> gemm_tn_coded;

using Linear = Tensor(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                      c10::IntArrayRef block, double sparsity, std::string_view select,
                      bool unbiased, const OptionalTensor& seed);
using LinearThreshold = Two(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                            const Tensor& threshold, c10::IntArrayRef block, double sparsity,
                            bool unbiased, const OptionalTensor& seed);
using LinearCoded = Tensor(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                           std::int64_t bits);

/// y = x Wᵀ + b with what backward needs of x kept block-sparse; differentiable once. Where no
/// gradient of the weight will be asked for it is at::linear, and nothing is kept, drawn or moved.
/// Without a seed, draws follow from x and weight.
Linear linear;
/// The same with blocks chosen by a threshold; returns y and the next threshold. Behind the
/// threshold may stand the tags of the last passes and the threshold that each had (1 + 2·passes
/// numbers): a pass that is repeated gets its own threshold again and changes none.
LinearThreshold linear_threshold;
/// The same with x kept as codes of `bits` bits.
LinearCoded linear_coded;

}  // namespace autograd

/// What LibTorch's autocast does to torch.nn.functional.linear, done to the three above.
namespace autocast {
autograd::Linear linear;
autograd::LinearThreshold linear_threshold;
autograd::LinearCoded linear_coded;
}  // namespace autocast

}  // namespace actscope::torch_ops
