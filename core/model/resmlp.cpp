// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/model/resmlp.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/split_mix.hpp"
#include "actscope/tracer/scope.hpp"
#include "layers/patch_projection.hpp"
#include "model/narrow_head.hpp"
#include "model/parameter_list.hpp"
#include "saving/record_storage.hpp"
#include "tensors/narrow_copies.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

const tracer::Name& tail_name() {
  static const tracer::Name name("tail");
  return name;
}

// A node of the module tree: only a name.
class Folder : public torch::nn::Module {};

// Registers "blocks.0.norm1.alpha" as parameter alpha of module norm1 of module 0 of module blocks.
Tensor register_at(torch::nn::Module& root, const std::string& path, Tensor value) {
  torch::nn::Module* module = &root;
  std::size_t begin = 0;
  for (std::size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1) {
    const std::string name = path.substr(begin, dot - begin);
    auto children = module->named_children();
    if (children.contains(name)) {
      module = children[name].get();
    } else {
      module = module->register_module(name, std::make_shared<Folder>()).get();
    }
  }
  return module->register_parameter(path.substr(begin), std::move(value));
}

// Draws parameters with a generator of its own, in one order for every scheme.
class Initializer {
 public:
  Initializer(torch::nn::Module& root, std::uint64_t seed)
      : root_(root), generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

  Tensor constant(const std::string& path, std::int64_t size, double value) {
    return register_at(root_, path, torch::full({size}, value));
  }

  // Glorot and Bengio 2010: uniform in ±sqrt(6 / (inputs + outputs)).
  Tensor linear(const std::string& path, std::int64_t outputs, std::int64_t inputs) {
    const double bound = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
    Tensor weight = torch::empty({outputs, inputs});
    weight.uniform_(-bound, bound, generator_);
    return register_at(root_, path, weight);
  }

  // LeCun: normal with variance 1 / inputs.
  Tensor convolution(const std::string& path, std::int64_t outputs, std::int64_t inputs,
                     std::int64_t side) {
    Tensor weight = torch::empty({outputs, inputs, side, side});
    weight.normal_(0, 1 / std::sqrt(static_cast<double>(inputs * side * side)), generator_);
    return register_at(root_, path, weight);
  }

 private:
  torch::nn::Module& root_;
  at::Generator generator_;
};

BlockParameters make_block(Initializer& init, const std::string& name, const ResMlpGeometry& g) {
  BlockParameters p;
  p.alpha1 = init.constant(name + ".norm1.alpha", g.dim, 1);
  p.beta1 = init.constant(name + ".norm1.beta", g.dim, 0);
  p.token_weight = init.linear(name + ".linear_tokens.weight", g.tokens(), g.tokens());
  p.token_bias = init.constant(name + ".linear_tokens.bias", g.tokens(), 0);
  p.gamma1 = init.constant(name + ".ls1", g.dim, g.layer_scale_init);
  p.alpha2 = init.constant(name + ".norm2.alpha", g.dim, 1);
  p.beta2 = init.constant(name + ".norm2.beta", g.dim, 0);
  p.fc1_weight = init.linear(name + ".mlp_channels.fc1.weight", g.hidden(), g.dim);
  p.fc1_bias = init.constant(name + ".mlp_channels.fc1.bias", g.hidden(), 0);
  p.fc2_weight = init.linear(name + ".mlp_channels.fc2.weight", g.dim, g.hidden());
  p.fc2_bias = init.constant(name + ".mlp_channels.fc2.bias", g.dim, 0);
  p.gamma2 = init.constant(name + ".ls2", g.dim, g.layer_scale_init);
  return p;
}

// Factors, by image, of the change that each half of a block makes, [2, batch]; undefined where no
// half is skipped.
Tensor factors_of(const DropPath* drop_path, std::int64_t block, const Tensor& x) {
  if (drop_path == nullptr || drop_path->ratio == 0) return {};
  std::vector<double> factors;
  for (const BlockHalf half : {BlockHalf::tokens, BlockHalf::channels}) {
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      factors.push_back(drop_path->factor(block, half, i));
    }
  }
  const Tensor made = torch::tensor(factors, torch::kFloat64);
  return made.to(x.options().requires_grad(false)).view({block_halves, -1});
}

// Final affine, mean over tokens and head, keeping only mean(x) [batch, dim]: the mean commutes
// with the affine, so every gradient follows from it exactly.
class CompressedTail : public torch::autograd::Function<CompressedTail> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x, const Tensor& alpha,
                        const Tensor& beta, const Tensor& weight, const Tensor& bias,
                        tracer::StoreLedger* ledger) {
    const Tensor mean = x.mean(1);
    record_storage(ledger, "tail", "mean", mean);
    ctx->save_for_backward({mean, alpha, beta, weight});
    ctx->saved_data["tokens"] = x.size(1);
    const Tensor pooled = torch::addcmul(beta, alpha, mean.to(weight.scalar_type()));
    return torch::addmm(bias, pooled, weight.t());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    const tracer::LayerScope layer(tail_name(), Phase::backward);
    const auto saved = ctx->get_saved_variables();
    const Tensor mean = saved[0].to(outputs[0].scalar_type());  // logits are float32
    const Tensor& alpha = saved[1];
    const Tensor& beta = saved[2];
    const Tensor& weight = saved[3];
    const std::int64_t tokens = ctx->saved_data["tokens"].toInt();
    const Tensor& g = outputs[0];
    const Tensor pooled_gradient = torch::mm(g, weight);
    const Tensor x_gradient = (pooled_gradient * alpha / static_cast<double>(tokens))
                                  .to(saved[0].scalar_type())
                                  .unsqueeze(1)
                                  .expand({mean.size(0), tokens, mean.size(1)});
    return {x_gradient,
            (pooled_gradient * mean).sum(0),
            pooled_gradient.sum(0),
            torch::mm(g.t(), torch::addcmul(beta, alpha, mean)),
            g.sum(0),
            Tensor()};
  }
};

// Whether a selection of some block carries a threshold from step to step.
bool carries_thresholds(const Scheme& scheme) {
  const auto is_carried = [](const auto& member) {
    return member.blocks.select == kernels::Select::threshold;
  };
  return std::ranges::any_of(scheme.blocks, [&](const BlockPlan& plan) {
    return std::ranges::any_of(plan.stores, is_carried) ||
           std::ranges::any_of(plan.operands, is_carried);
  });
}

}  // namespace

ResMlp::ResMlp(const ResMlpGeometry& geometry, const Scheme& scheme, std::uint64_t seed,
               std::int64_t workspace_bytes, ElementType activations)
    : geometry_(geometry),
      scheme_(scheme),
      seed_(seed),
      workspace_bytes_(workspace_bytes),
      is_narrow_(activations == ElementType::bf16) {
  geometry_.validate();
  Initializer init(*this, seed);
  stem_weight_ =
      init.convolution("stem.proj.weight", geometry_.dim, geometry_.in_channels, geometry_.patch);
  stem_bias_ = init.constant("stem.proj.bias", geometry_.dim, 0);
  for (std::int64_t i = 0; i < geometry_.depth; ++i) {
    blocks_.push_back(make_block(init, "blocks." + std::to_string(i), geometry_));
  }
  norm_alpha_ = init.constant("norm.alpha", geometry_.dim, 1);
  norm_beta_ = init.constant("norm.beta", geometry_.dim, 0);
  head_weight_ = init.linear("head.weight", geometry_.classes, geometry_.dim);
  head_bias_ = init.constant("head.bias", geometry_.classes, 0);
  if (carries_thresholds(scheme)) {
    thresholds_ =
        register_buffer("thresholds", torch::zeros({geometry_.depth, draw_count}, torch::kFloat64));
  }
}

Tensor ResMlp::stem(const Tensor& images) const {
  static const tracer::Name name("stem");
  const tracer::LayerScope layer(name, Phase::forward);
  // In the parameters' type: a narrow copy of the batch would be one more thing to keep.
  const Tensor x = patch_projection(images, stem_weight_, stem_bias_);
  return is_narrow_ ? x.to(torch::kBFloat16) : x;
}

std::string ResMlp::first_non_finite_layer(const Tensor& images) const {
  const at::NoGradGuard no_grad;
  const auto is_finite = [](const Tensor& x) { return torch::isfinite(x).all().item<bool>(); };
  Tensor x = stem(images);
  if (!is_finite(x)) return "stem";
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = block(x, i, nullptr, nullptr);
    if (!is_finite(x)) return "blocks." + std::to_string(i);
  }
  return is_finite(plain_tail(x, nullptr)) ? "" : "tail";
}

void ResMlp::hold_narrow_copies() {
  ACTSCOPE_REQUIRES(is_narrow_);
  std::vector<Tensor> factors{norm_alpha_, norm_beta_};
  for (const BlockParameters& p : blocks_) {
    for (const Tensor& parameter : list_of(p)) factors.push_back(parameter);
  }
  copies_ = std::make_shared<NarrowCopies>(factors);
}

std::vector<Tensor> ResMlp::narrow_copies() const {
  return copies_ ? copies_->tensors() : std::vector<Tensor>();
}

Tensor ResMlp::factor(const Tensor& parameter) const {
  if (!is_narrow_) return parameter;
  return copies_ && at::GradMode::is_enabled() ? copies_->lend(parameter)
                                               : parameter.to(torch::kBFloat16);
}

BlockParameters ResMlp::block_parameters(std::size_t index) const {
  const BlockParameters& p = blocks_[index];
  if (!is_narrow_ || !scheme_.blocks[index].plain_autograd) return p;
  return map_of(p, [&](const Tensor& parameter) { return factor(parameter); });
}

Tensor ResMlp::plain_tail(const Tensor& x, tracer::StoreLedger* ledger) const {
  const Tensor pooled = torch::addcmul(factor(norm_beta_), factor(norm_alpha_), x).mean(1);
  record_storage(ledger, "tail", "x", x);
  record_storage(ledger, "tail", "pooled", pooled);
  return is_narrow_ ? narrow_head(pooled, head_weight_, head_bias_)
                    : torch::addmm(head_bias_, pooled, head_weight_.t());
}

Tensor ResMlp::block(const Tensor& x, std::size_t index, tracer::StoreLedger* ledger,
                     const DropPath* drop_path) const {
  const std::string layer = "blocks." + std::to_string(index);
  const auto place = static_cast<std::int64_t>(index);
  return resmlp_block(
      x, block_parameters(index),
      {layer, scheme_.blocks[index], workspace_bytes_, ledger,
       SplitMix64(seed_, step_, static_cast<std::uint64_t>(index)).next(),
       thresholds_.defined() ? thresholds_[place] : Tensor(),
       norms_ == nullptr ? nullptr : &(*norms_)[index], factors_of(drop_path, place, x)});
}

Tensor ResMlp::forward(const Tensor& images, tracer::StoreLedger* ledger,
                       const DropPath* drop_path) {
  const std::vector<std::int64_t> expected{images.size(0), geometry_.in_channels,
                                           geometry_.image_size, geometry_.image_size};
  if (images.sizes() != torch::IntArrayRef(expected)) {
    throw ShapeMismatch(
        error_text("images have another shape", "got " + c10::str(images.sizes()) + ", expected " +
                                                    c10::str(torch::IntArrayRef(expected))));
  }
  Tensor x = stem(images);
  for (std::size_t i = 0; i < blocks_.size(); ++i) x = block(x, i, ledger, drop_path);
  const tracer::LayerScope layer(tail_name(), Phase::forward);
  if (!scheme_.is_plain_autograd()) {
    return CompressedTail::apply(x, norm_alpha_, norm_beta_, head_weight_, head_bias_, ledger);
  }
  return plain_tail(x, ledger);
}

}  // namespace actscope::core
