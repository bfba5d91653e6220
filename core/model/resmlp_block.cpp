// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/model/resmlp_block.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/graph_task.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/split_mix.hpp"
#include "actscope/tracer/scope.hpp"
#include "layers/saved_tensor_state.hpp"
#include "model/block_parts.hpp"
#include "model/parameter_list.hpp"
#include "saving/record_storage.hpp"
#include "tensors/sum_types.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

// Parameters in the type that x is computed in. Recorded by autograd where that is on.
BlockParameters in_type(const BlockParameters& p, torch::ScalarType type) {
  return map_of(p, [&](const Tensor& tensor) { return tensor.to(type); });
}

BlockParameters from_list(torch::TensorList tensors) {
  ParameterList list;
  std::ranges::copy(tensors, list.begin());
  return parameters_of(list);
}

void validate_shapes(const Tensor& x, const BlockParameters& p) {
  const auto refuse = [](const std::string& what, const Tensor& tensor) {
    throw ShapeMismatch(error_text("resmlp_block: " + what + " has another shape",
                                   "got " + c10::str(tensor.sizes())));
  };
  if (x.dim() != 3) refuse("x, which is [batch, tokens, dim],", x);
  const std::int64_t n = x.size(1);
  const std::int64_t d = x.size(2);
  const std::int64_t hidden = p.fc1_weight.size(0);
  const auto require = [&](const char* name, const Tensor& tensor,
                           std::initializer_list<std::int64_t> sizes) {
    if (tensor.sizes() != torch::IntArrayRef(sizes.begin(), sizes.size())) refuse(name, tensor);
    const bool fits_type = tensor.scalar_type() == x.scalar_type() ||
                           tensor.scalar_type() == sum_type(x.scalar_type());
    if (!fits_type || tensor.device() != x.device()) {
      throw ShapeMismatch(error_text("resmlp_block: " + std::string(name) +
                                     " differs from x in element type or device"));
    }
  };
  for (const auto& [name, tensor] : {std::pair{"alpha1", p.alpha1},
                                     {"beta1", p.beta1},
                                     {"gamma1", p.gamma1},
                                     {"alpha2", p.alpha2},
                                     {"beta2", p.beta2},
                                     {"fc2_bias", p.fc2_bias},
                                     {"gamma2", p.gamma2}}) {
    require(name, tensor, {d});
  }
  require("token_weight", p.token_weight, {n, n});
  require("token_bias", p.token_bias, {n});
  require("fc1_weight", p.fc1_weight, {hidden, d});
  require("fc1_bias", p.fc1_bias, {hidden});
  require("fc2_weight", p.fc2_weight, {d, hidden});
}

void validate_drop_factors(const Tensor& x, const Tensor& factors) {
  if (!factors.defined()) return;
  if (factors.sizes() != torch::IntArrayRef({block_halves, x.size(0)}) ||
      factors.scalar_type() != x.scalar_type() || factors.device() != x.device()) {
    throw ShapeMismatch(error_text("resmlp_block: drop_factors are not [2, batch] of x's kind",
                                   "got " + c10::str(factors.sizes())));
  }
}

// Carries the stores from forward to backward inside the autograd node, and shows them to a walk of
// the graph.
struct SavedBlockState : torch::CustomClassHolder, tracer::SavedTensorSource {
  explicit SavedBlockState(SavedBlock s) : stores(std::move(s)) {}
  void visit_saved(const Visit& visit) const override { stores.visit(visit); }
  SavedBlock stores;
  std::int64_t workspace_bytes = 0;
  tracer::Name layer;
};

// What backward has to compute. The constants number x and the parameters as inputs of the node.
BlockNeeds needs_of(const torch::autograd::AutogradContext& ctx, const SavedBlock& stores) {
  const auto any = [&](std::initializer_list<std::size_t> places) {
    return std::ranges::any_of(places, [&](std::size_t i) { return ctx.needs_input_grad(i); });
  };
  constexpr std::size_t x = 0, alpha1 = 1, beta1 = 2, token_weight = 3, token_bias = 4, gamma1 = 5,
                        alpha2 = 6, fc1_weight = 8, fc2_weight = 10, gamma2 = 12;
  BlockNeeds needs;
  needs.token_half = any({x, alpha1, beta1, token_weight, token_bias, gamma1});
  needs.token_weight = any({token_weight});
  needs.fc1_product = any({fc1_weight, alpha2});
  needs.fc2_product = any({fc2_weight}) || (any({gamma2}) && !stores.slot(Slot::v).is_kept());
  return needs;
}

class CompressedBlock : public torch::autograd::Function<CompressedBlock> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& input,
                        torch::TensorList parameters, const BlockContext& context) {
    const Tensor x = input.contiguous();
    const BlockParameters p = in_type(from_list(parameters), x.scalar_type());
    auto holder =
        c10::make_intrusive<SavedBlockState>(SavedBlock(context, x, p.fc1_weight.size(0)));
    holder->workspace_bytes = context.workspace_bytes;
    holder->layer = tracer::Name(context.layer);
    const Tensor x2 = mix_channels(mix_tokens(x, p, holder->stores, context.workspace_bytes), p,
                                   holder->stores, context.workspace_bytes);
    holder->stores.record(context.ledger, context.layer);
    ctx->save_for_backward(parameters.vec());
    ctx->saved_data["stores"] = c10::IValue::make_capsule(holder);
    return x2;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    const auto holder =
        c10::static_intrusive_pointer_cast<SavedBlockState>(ctx->saved_data["stores"].toCapsule());
    refuse_second_derivative("a compressed block",
                             "call backward without create_graph, or use scheme dense");
    const tracer::LayerScope layer(holder->layer, Phase::backward);
    const BlockParameters p =
        in_type(from_list(ctx->get_saved_variables()), outputs[0].scalar_type());
    SavedBlock& stores = holder->stores;
    stores.is_retained = torch::autograd::get_current_graph_task_keep_graph();
    const BlockNeeds needs = needs_of(*ctx, stores);
    BlockGradients d;
    Tensor dx = mix_channels_backward(outputs[0].contiguous(), p, stores, needs, d,
                                      holder->workspace_bytes);
    if (needs.token_half) {
      dx = mix_tokens_backward(std::move(dx), p, stores, needs, d, holder->workspace_bytes);
    }
    return {dx,      d.alpha1,     d.beta1,    d.token_weight, d.token_bias, d.gamma1, d.alpha2,
            d.beta2, d.fc1_weight, d.fc1_bias, d.fc2_weight,   d.fc2_bias,   d.gamma2, Tensor()};
  }
};

// The block as a good LibTorch user writes it. Autograd keeps what it needs, and we know which
// tensors that is.
Tensor plain_block(const Tensor& x, const BlockParameters& p, const BlockContext& context) {
  static const tracer::Name drop_path(drop_path_slot);
  tracer::SlotScope at(trace_name(Slot::y));
  // Where an image skips a half, its change is multiplied by a factor: autograd keeps the product
  // in place of the change, and the factors.
  const auto changed = [&](const Tensor& change, BlockHalf half) {
    if (context.drop_factors.defined()) at.next(drop_path);
    return times(change, factors_of_half(context.drop_factors, half));
  };
  const Tensor y = torch::addcmul(p.beta1, p.alpha1, x).transpose(1, 2).contiguous();
  at.next(trace_name(Slot::t));
  const Tensor t =
      changed(torch::linear(y, p.token_weight, p.token_bias).transpose(1, 2), BlockHalf::tokens);
  at.next(trace_name(Slot::x1));
  const Tensor x1 = torch::addcmul(x, p.gamma1, t);
  at.next(trace_name(Slot::z));
  const Tensor z = torch::addcmul(p.beta2, p.alpha2, x1);
  at.next(trace_name(Slot::h));
  const Tensor h = torch::linear(z, p.fc1_weight, p.fc1_bias);
  at.next(trace_name(Slot::u));
  const Tensor u = torch::gelu(h);
  at.next(trace_name(Slot::v));
  const Tensor v = changed(torch::linear(u, p.fc2_weight, p.fc2_bias), BlockHalf::channels);
  at.next({});
  const Tensor x2 = torch::addcmul(x1, p.gamma2, v);
  if (!at::GradMode::is_enabled()) return x2;
  const auto record = [&](Slot slot, const Tensor& tensor) {
    record_storage(context.ledger, context.layer, name_of(slot), tensor);
  };
  record_storage(context.ledger, context.layer, drop_path_slot, context.drop_factors);
  record(Slot::x, x);
  record(Slot::y, y);
  record(Slot::t, t);
  record(Slot::x1, x1);
  record(Slot::z, z);
  record(Slot::h, h);
  record(Slot::u, u);
  record(Slot::v, v);
  return x2;
}

}  // namespace

std::uint64_t draw_seed(std::uint64_t block_seed, Slot slot) {
  return SplitMix64(block_seed, 0, static_cast<std::uint64_t>(slot)).next();
}

std::uint64_t draw_seed(std::uint64_t block_seed, Product product) {
  return SplitMix64(block_seed, 1, static_cast<std::uint64_t>(product)).next();
}

Tensor resmlp_block(const Tensor& x, const BlockParameters& parameters,
                    const BlockContext& context) {
  validate_shapes(x, parameters);
  validate_drop_factors(x, context.drop_factors);
  const tracer::LayerScope layer(
      tracer::is_recording() ? tracer::Name(context.layer) : tracer::Name(), Phase::forward);
  // Without gradients nothing is kept: the plain operators need no stores.
  if (context.plan.plain_autograd || !at::GradMode::is_enabled())
    return plain_block(x, in_type(parameters, x.scalar_type()), context);
  static_assert(sizeof(BlockParameters) == sizeof(ParameterList));
  const ParameterList list = list_of(parameters);
  const bool records = at::GradMode::is_enabled() &&
                       (x.requires_grad() || std::ranges::any_of(list, [](const Tensor& tensor) {
                          return tensor.requires_grad();
                        }));
  if (records) return CompressedBlock::apply(x, torch::TensorList(list), context);
  // No backward will come: the same walk, keeping nothing.
  const at::NoGradGuard no_grad;
  BlockContext nothing;
  nothing.plan.stores.fill({StoreKind::drop});
  nothing.drop_factors = context.drop_factors;
  SavedBlock stores(nothing, x, parameters.fc1_weight.size(0));
  const BlockParameters p = in_type(parameters, x.scalar_type());
  return mix_channels(mix_tokens(x.contiguous(), p, stores, context.workspace_bytes), p, stores,
                      context.workspace_bytes);
}

}  // namespace actscope::core
