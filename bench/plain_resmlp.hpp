// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <vector>

namespace actscope::bench {

/// Shape of the plain model; fields mean what they mean in core's ResMlpGeometry.
struct PlainResMlpOptions {
  std::int64_t image_size = 28;
  std::int64_t patch = 4;
  std::int64_t in_channels = 1;
  std::int64_t dim = 64;
  std::int64_t depth = 4;
  std::int64_t classes = 10;
  std::int64_t expansion = 4;
};

/// α⊙x + β over the last dimension.
class PlainAffine : public torch::nn::Module {
 public:
  explicit PlainAffine(std::int64_t dim);
  /// Shapes  x […, dim] → the same
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor alpha_, beta_;
};

/// What the weight gradients of a block read.
///
/// Shapes  y, z [batch, tokens, dim] (token mixing, first product); u [batch, tokens, hidden]
struct PlainActivations {
  torch::Tensor y, z, u;
};

/// One ResMLP block in LibTorch's own operators.
class PlainBlock : public torch::nn::Module {
 public:
  PlainBlock(std::int64_t tokens, std::int64_t dim, std::int64_t hidden);
  /// Shapes  x [batch, tokens, dim] → the same
  torch::Tensor forward(const torch::Tensor& x);
  /// The activations of forward(x).
  PlainActivations activations(const torch::Tensor& x);

 private:
  std::shared_ptr<PlainAffine> norm1_, norm2_;
  torch::nn::Linear linear_tokens_, fc1_, fc2_;
  torch::Tensor scale1_, scale2_;
};

/// The reference that compressed training is compared with: a ResMLP as a good LibTorch user writes
/// it, sharing no code with core. Its autograd keeps 14 units (of batch·tokens·dim elements) a
/// block: x, yᵀ, t, x1, z, v of one each, h and u of four. Parameter names are timm's.
class PlainResMlp : public torch::nn::Module {
 public:
  explicit PlainResMlp(const PlainResMlpOptions& options);
  /// Shapes  images [batch, in_channels, image_size, image_size] → logits [batch, classes]
  torch::Tensor forward(const torch::Tensor& images);
  /// The activations of one block in forward(images).
  /// Requires block < depth
  PlainActivations activations(const torch::Tensor& images, std::size_t block);

 private:
  torch::Tensor stem(const torch::Tensor& images);

  torch::nn::Conv2d proj_{nullptr};
  std::vector<std::shared_ptr<PlainBlock>> blocks_;
  std::shared_ptr<PlainAffine> norm_;
  torch::nn::Linear head_{nullptr};
};

/// Cross entropy with label smoothing by torch::nn::functional, mean over the batch.
///
/// Shapes  logits [batch, classes]; labels [batch] int64 → scalar
torch::Tensor plain_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                  double label_smoothing);

/// Copies every parameter of `from` to the one of the same name in `to`.
/// Errors  Error: a name that only one of them has; ShapeMismatch: a parameter of another shape
void copy_parameters(const torch::nn::Module& from, torch::nn::Module& to);

}  // namespace actscope::bench
