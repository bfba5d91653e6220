// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cstdint>

#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// What a layer keeps of its input for its weight gradient.
struct InputCompression {
  StoreSpec store;  ///< how the input is kept
  Operand operand;  ///< what the weight gradient multiplies; full: all that the store decodes to
  std::int64_t workspace_bytes = default_workspace_bytes;
  std::uint64_t seed = 0;  ///< of random selections and stochastic rounding
};

/// y = x Wᵀ + b, exact, as is the gradient of x; dW multiplies what is kept of x.
///
/// Shapes   x [..., features], rank 2 or more; weight [outputs, features]; bias [outputs] or
///          undefined → [..., outputs]. float32, float64 or bfloat16, CPU or CUDA, all of one kind
/// Errors   ShapeMismatch: a length, element type or device disagrees; ConfigError: a store that
///          gives no values back (drop, code4, code2) or wants a grid of tokens (pool), or an
///          operand that prunes what is stored pruned; UnsupportedBlockSize;
///          Error, in backward: a second derivative is asked for
/// Effects  keeps of x what the store says, nothing where weight needs no gradient
torch::Tensor compressed_linear(const torch::Tensor& x, const torch::Tensor& weight,
                                const torch::Tensor& bias, const InputCompression& input);

/// A drop-in for torch::nn::Linear that keeps its input compressed, block-sparse by default. Its
/// parameters have the names and the initial values of torch::nn::Linear.
class BsrLinearImpl : public torch::nn::LinearImpl {
 public:
  /// Keeps the largest blocks of the input; as `compressed_linear`.
  BsrLinearImpl(const torch::nn::LinearOptions& options, const kernels::BlockSpec& blocks);
  BsrLinearImpl(const torch::nn::LinearOptions& options, const InputCompression& input);
  /// Takes the place of a layer: shares its parameters.
  BsrLinearImpl(const torch::nn::LinearImpl& layer, const InputCompression& input);

  torch::Tensor forward(const torch::Tensor& x);
  void pretty_print(std::ostream& stream) const override;

 private:
  InputCompression input_;
  std::uint64_t calls_ = 0;  // each draws anew
};
TORCH_MODULE(BsrLinear);

}  // namespace actscope::core
