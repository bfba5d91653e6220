// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/compressed_linear.hpp"

#include <torch/torch.h>

#include "actscope/base/error.hpp"
#include "block_parts.hpp"
#include "kept_slot.hpp"
#include "random.hpp"
#include "slot_product.hpp"
#include "sum_types.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

constexpr std::string_view slot_name = "input";
constexpr std::string_view function_name = "compressed_linear";

tracer::Name trace_name_of_slot() {
  static const tracer::Name name(slot_name);
  return name;
}

void validate(const InputCompression& input) {
  const StoreKind kind = input.store.kind;
  if (kind == StoreKind::drop || kind == StoreKind::pool || is_gelu_code(kind)) {
    throw ConfigError(error_text("a linear layer cannot keep its input as " + to_text(input.store),
                                 "nothing else gives back its values",
                                 "keep it as bsr:16:0.8 or int4"));
  }
  if (has_panels(kind) && input.operand.kind == OperandKind::bsr &&
      input.store.blocks != input.operand.blocks) {
    throw ConfigError(error_text(
        "the operand prunes an input that is stored pruned",
        "the store is " + to_text(input.store) + ", the operand " + to_text(input.operand),
        "leave the operand full: the product reads the kept blocks"));
  }
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

// Rows that backward decodes at once.
std::int64_t rows_at_once(const KeptSlot& kept) {
  const SlotShape& shape = kept.store.shape();
  const auto bytes_a_row = static_cast<std::int64_t>(static_cast<std::size_t>(2 * shape.cols) *
                                                     kept.store.options().dtype().itemsize());
  std::vector<std::int64_t> granules{kept.store.granule()};
  if (kept.choice) granules.push_back(kept.choice->granule());
  return chunk_units(shape.rows, kept.workspace_bytes, bytes_a_row, granules);
}

Tensor weight_gradient(const Tensor& dy, const Tensor& weight, const KeptSlot& kept) {
  Tensor dw = zeros_for_sum(weight);
  const std::int64_t rows = dy.size(0);
  const std::int64_t step = rows_at_once(kept);
  for (std::int64_t first = 0; first < rows; first += step) {
    const std::int64_t count = std::min(step, rows - first);
    const Tensor part = dy.narrow(0, first, count);
    const bool wants_decoded = !kept.store.has_panels() && !reads_codes(kept.store, kept.choice);
    const Tensor x = wants_decoded ? kept.store.get(first, count) : Tensor();
    add_product(part, kept.store, kept.choice, x, first, dw, nullptr);
  }
  return dw.to(weight.scalar_type());
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
      const SlotShape shape{1, rows.size(0), rows.size(1)};
      auto kept = c10::make_intrusive<KeptSlot>(
          SlotStore(input.store, shape, rows, trace_name_of_slot(), {input.seed}), slot_name);
      kept->workspace_bytes = input.workspace_bytes;
      kept->store.put(0, rows);
      if (input.operand.kind == OperandKind::bsr && !has_panels(input.store.kind)) {
        kept->choice.emplace(input.operand.blocks, shape, rows, trace_name_of_slot(),
                             StoreDraw{input.seed});
        kept->choice->choose(0, rows);
      }
      ctx->saved_data["input"] = c10::IValue::make_capsule(kept);
    }
    return torch::linear(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    refuse_second_derivative(function_name);
    const Tensor weight = ctx->get_saved_variables().front();
    const Tensor& dy = outputs.front();
    const Tensor rows = dy.reshape({-1, dy.size(-1)}).contiguous();
    Tensor dx, dw, db;
    if (ctx->needs_input_grad(0)) dx = torch::matmul(dy, weight);
    if (ctx->needs_input_grad(1)) {
      const auto kept =
          c10::static_intrusive_pointer_cast<KeptSlot>(ctx->saved_data["input"].toCapsule());
      dw = weight_gradient(rows, weight, *kept);
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
  // What is kept as it is, autograd keeps best: it also notices changes in place.
  const bool is_plain =
      input.store.kind == StoreKind::keep && input.operand.kind == OperandKind::full;
  if (is_plain || !torch::GradMode::is_enabled()) return torch::linear(x, weight, bias);
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
