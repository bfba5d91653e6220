// SPDX-License-Identifier: Apache-2.0
#include "plain_resmlp.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"

namespace actscope::bench {
namespace {

using torch::Tensor;

// A node of the module tree that only holds others: gives parameters timm's dotted names.
class Holder : public torch::nn::Module {
 public:
  template <class Child>
  Child add(const std::string& name, Child child) {
    return register_module(name, std::move(child));
  }
};

}  // namespace

PlainAffine::PlainAffine(std::int64_t dim)
    : alpha_(register_parameter("alpha", torch::ones({dim}))),
      beta_(register_parameter("beta", torch::zeros({dim}))) {}

Tensor PlainAffine::forward(const Tensor& x) {
  return torch::addcmul(beta_, alpha_, x);
}

PlainBlock::PlainBlock(std::int64_t tokens, std::int64_t dim, std::int64_t hidden)
    : norm1_(register_module("norm1", std::make_shared<PlainAffine>(dim))),
      norm2_(register_module("norm2", std::make_shared<PlainAffine>(dim))),
      linear_tokens_(register_module("linear_tokens", torch::nn::Linear(tokens, tokens))),
      fc1_(nullptr),
      fc2_(nullptr),
      scale1_(register_parameter("ls1", torch::full({dim}, 0.1))),
      scale2_(register_parameter("ls2", torch::full({dim}, 0.1))) {
  const auto channels = register_module("mlp_channels", std::make_shared<Holder>());
  fc1_ = channels->add("fc1", torch::nn::Linear(dim, hidden));
  fc2_ = channels->add("fc2", torch::nn::Linear(hidden, dim));
}

Tensor PlainBlock::forward(const Tensor& x) {
  // Contiguous, so that linear is one product with its bias and not a product and a sum.
  const Tensor y = norm1_->forward(x).transpose(1, 2).contiguous();  // [batch, dim, tokens]
  const Tensor x1 = torch::addcmul(x, scale1_, linear_tokens_(y).transpose(1, 2));
  const Tensor u = torch::gelu(fc1_(norm2_->forward(x1)));  // [batch, tokens, hidden]
  return torch::addcmul(x1, scale2_, fc2_(u));
}

PlainActivations PlainBlock::activations(const Tensor& x) {
  const Tensor y = norm1_->forward(x);
  const Tensor x1 =
      torch::addcmul(x, scale1_, linear_tokens_(y.transpose(1, 2).contiguous()).transpose(1, 2));
  const Tensor z = norm2_->forward(x1);
  return {y, z, torch::gelu(fc1_(z))};
}

PlainResMlp::PlainResMlp(const PlainResMlpOptions& o) {
  const std::int64_t grid = o.image_size / o.patch;
  proj_ = register_module("stem", std::make_shared<Holder>())
              ->add("proj",
                    torch::nn::Conv2d(
                        torch::nn::Conv2dOptions(o.in_channels, o.dim, o.patch).stride(o.patch)));
  const auto blocks = register_module("blocks", std::make_shared<Holder>());
  for (std::int64_t i = 0; i < o.depth; ++i) {
    blocks_.push_back(blocks->add(
        std::to_string(i), std::make_shared<PlainBlock>(grid * grid, o.dim, o.expansion * o.dim)));
  }
  norm_ = register_module("norm", std::make_shared<PlainAffine>(o.dim));
  head_ = register_module("head", torch::nn::Linear(o.dim, o.classes));
}

Tensor PlainResMlp::stem(const Tensor& images) {
  return proj_(images).flatten(2).transpose(1, 2).contiguous();  // [batch, tokens, dim]
}

PlainActivations PlainResMlp::activations(const Tensor& images, std::size_t block) {
  Tensor x = stem(images);
  for (std::size_t i = 0; i < block; ++i) x = blocks_[i]->forward(x);
  return blocks_[block]->activations(x);
}

Tensor PlainResMlp::forward(const Tensor& images) {
  Tensor x = stem(images);
  for (const auto& block : blocks_) x = block->forward(x);
  return head_(norm_->forward(x).mean(1));
}

Tensor plain_cross_entropy(const Tensor& logits, const Tensor& labels, double label_smoothing) {
  return torch::nn::functional::cross_entropy(
      logits, labels,
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(label_smoothing));
}

void copy_parameters(const torch::nn::Module& from, torch::nn::Module& to) {
  const at::NoGradGuard no_grad;
  const auto sources = from.named_parameters();
  auto targets = to.named_parameters();
  if (sources.size() != targets.size()) {
    throw Error(error_text(
        "two models differ in their parameters",
        std::to_string(sources.size()) + " and " + std::to_string(targets.size()) + " of them"));
  }
  for (const auto& source : sources) {
    Tensor* target = targets.find(source.key());
    if (target == nullptr) {
      throw Error(error_text("two models differ in their parameters",
                             "only one has '" + source.key() + "'"));
    }
    if (target->numel() != source.value().numel()) {
      throw ShapeMismatch(error_text("parameter '" + source.key() + "' has another shape",
                                     std::to_string(source.value().numel()) + " and " +
                                         std::to_string(target->numel()) + " elements"));
    }
    target->copy_(source.value().view(target->sizes()));
  }
}

}  // namespace actscope::bench
