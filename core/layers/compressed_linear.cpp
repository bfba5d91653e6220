// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/compressed_linear.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/base/split_mix.hpp"
#include "layers/saved_tensor_state.hpp"
#include "tensors/dense_product.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

void validate(const InputCompression& input) {
  require_values(input.store, input.operand, "a linear layer cannot keep its input");
}

void validate(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const bool fits = x.dim() >= 2 && weight.dim() == 2 && x.size(-1) == weight.size(1) &&
                    (!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)));
  if (!fits) {
    throw ShapeMismatch(
        error_text("compressed_linear: the shapes do not fit",
                   "x " + c10::str(x.sizes()) + ", weight " + c10::str(weight.sizes()) +
                       (bias.defined() ? ", bias " + c10::str(bias.sizes()) : std::string()),
                   "give x [..., features], weight [outputs, features], bias [outputs]"));
  }
  for (const Tensor& other : {weight, bias}) {
    if (!other.defined()) continue;
    if (other.scalar_type() == x.scalar_type() && other.device() == x.device()) continue;
    throw ShapeMismatch(
        error_text("compressed_linear: weight or bias differs from x in element type or device",
                   c10::str(other.scalar_type(), " on ", other.device(), ", x is ", x.scalar_type(),
                            " on ", x.device()),
                   "move them to one device and type"));
  }
}

class CompressedLinear : public torch::autograd::Function<CompressedLinear> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight, const std::optional<Tensor>& bias,
                        const InputCompression& input) {
    ctx->save_for_backward({weight});
    ctx->saved_data["has_bias"] = bias.has_value();
    if (weight.requires_grad()) {
      const Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
      auto kept = c10::make_intrusive<SavedTensorState>(
          SavedTensorSpec{input.store, input.operand, input.workspace_bytes, input.seed, "input"},
          rows);
      ctx->saved_data["input"] = c10::IValue::make_capsule(kept);
    }
    return torch::linear(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    refuse_second_derivative("compressed_linear");
    const Tensor weight = ctx->get_saved_variables().front();
    const Tensor& dy = outputs.front();
    const Tensor rows = dy.reshape({-1, dy.size(-1)}).contiguous();
    Tensor dx, dw, db;
    if (ctx->needs_input_grad(0)) {
      std::vector<std::int64_t> sizes = dy.sizes().vec();
      sizes.back() = weight.size(1);
      dx = product_nt(rows, weight.t()).view(sizes);
    }
    if (ctx->needs_input_grad(1)) {
      const auto kept = c10::static_intrusive_pointer_cast<SavedTensorState>(
          ctx->saved_data["input"].toCapsule());
      dw = kept->product(rows).to(weight.scalar_type());
      kept->release();
    }
    // An absent bias is no input of the node.
    if (ctx->saved_data["has_bias"].toBool() && ctx->needs_input_grad(2)) db = rows.sum(0);
    return {dx, dw, db, Tensor()};
  }
};

}  // namespace

Tensor compressed_linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const InputCompression& input) {
  validate(input);
  validate(x, weight, bias);
  // A tensor that is kept as it is, autograd itself keeps best: it also notices changes in place.
  const bool is_plain =
      input.store.kind == StoreKind::keep && input.operand.kind == OperandKind::full;
  if (is_plain || !at::GradMode::is_enabled()) return torch::linear(x, weight, bias);
  const auto given = bias.defined() ? std::optional<Tensor>(bias) : std::nullopt;
  return CompressedLinear::apply(x, weight, given, input);
}

BsrLinearImpl::BsrLinearImpl(const torch::nn::LinearOptions& linear_options,
                             const kernels::BlockSpec& blocks)
    : BsrLinearImpl(linear_options, InputCompression{{StoreKind::bsr, blocks}, {}}) {}

BsrLinearImpl::BsrLinearImpl(const torch::nn::LinearOptions& linear_options,
                             const InputCompression& input)
    : LinearImpl(linear_options), input_(input) {
  validate(input_);
}

BsrLinearImpl::BsrLinearImpl(const torch::nn::LinearImpl& layer, const InputCompression& input)
    : BsrLinearImpl(layer.options, input) {
  // Under the registered names, so that the layer's optimizer and weight files go on serving.
  parameters_["weight"] = weight = layer.weight;
  if (layer.bias.defined()) parameters_["bias"] = bias = layer.bias;
  train(layer.is_training());
}

Tensor BsrLinearImpl::forward(const Tensor& x) {
  InputCompression input = input_;
  input.seed = SplitMix64(input_.seed, calls_++, 0).next();
  return compressed_linear(x, weight, bias, input);
}

void BsrLinearImpl::pretty_print(std::ostream& stream) const {
  stream << "actscope::core::BsrLinear(in_features=" << options.in_features()
         << ", out_features=" << options.out_features() << ", bias=" << std::boolalpha
         << options.bias() << ", store=" << to_text(input_.store) << ')';
}

}  // namespace actscope::core
