// SPDX-License-Identifier: Apache-2.0
// Models that are not ours, small, each with something that is easy to miscount.
#pragma once

#include <torch/nn.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::tracer::testing_models {

/// A model with its batch and what it does in one forward pass.
struct ForeignModel {
  std::vector<torch::Tensor> excluded;  ///< parameters, buffers, batch
  std::function<torch::Tensor(std::vector<torch::Tensor>& outputs)> loss;
  std::function<void()> zero_grad;
};

/// Moves what the forward pass of LibTorch's own modules reads; Module::to refuses device meta.
/// Returns the tensors that the modules now use.
inline std::vector<torch::Tensor> move_tensors(torch::nn::Module& root, torch::Device device) {
  std::vector<torch::Tensor> moved;
  const auto move = [&](torch::Tensor& tensor) {
    if (!tensor.defined()) return;
    const bool is_learned = tensor.requires_grad();
    tensor = tensor.detach().to(device).requires_grad_(is_learned);
    moved.push_back(tensor);
  };
  const auto move_learned = [&](auto* module) {
    if (module == nullptr) return;
    move(module->weight);
    move(module->bias);
  };
  for (const auto& module : root.modules()) {
    move_learned(module->as<torch::nn::LinearImpl>());
    move_learned(module->as<torch::nn::Conv2dImpl>());
    move_learned(module->as<torch::nn::LayerNormImpl>());
    if (auto* norm = module->as<torch::nn::BatchNorm2dImpl>()) {
      move_learned(norm);
      move(norm->running_mean);
      move(norm->running_var);
      move(norm->num_batches_tracked);
    }
    if (auto* cell = module->as<torch::nn::LSTMCellImpl>()) {
      for (torch::Tensor* tensor :
           {&cell->weight_ih, &cell->weight_hh, &cell->bias_ih, &cell->bias_hh}) {
        move(*tensor);
      }
    }
  }
  return moved;
}

template <class Module>
ForeignModel of_module(
    const std::shared_ptr<Module>& module, std::vector<torch::Tensor> batch,
    std::function<torch::Tensor(const std::vector<torch::Tensor>&, std::vector<torch::Tensor>&)>
        loss) {
  ForeignModel model;
  model.excluded = module->parameters();
  for (const torch::Tensor& buffer : module->buffers()) model.excluded.push_back(buffer);
  if (batch[0].is_meta()) model.excluded = move_tensors(*module, torch::kMeta);
  model.excluded.insert(model.excluded.end(), batch.begin(), batch.end());
  model.loss = [batch, loss = std::move(loss)](std::vector<torch::Tensor>& outputs) {
    return loss(batch, outputs);
  };
  model.zero_grad = [module] { module->zero_grad(); };
  return model;
}

/// Linear layers with ReLU in place: the saved result is the next layer's saved input.
inline ForeignModel mlp(torch::Device device) {
  torch::nn::Sequential net(
      torch::nn::Linear(12, 32), torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true)),
      torch::nn::Linear(32, 32), torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true)),
      torch::nn::Linear(32, 5));
  return of_module(
      net.ptr(),
      {torch::ones({8, 12}, device), torch::zeros({8}, torch::dtype(torch::kInt64).device(device))},
      [net](const auto& batch, auto& outputs) mutable {
        outputs.push_back(net->forward(batch[0]));
        return torch::nn::functional::cross_entropy(outputs[0], batch[1]);
      });
}

/// Convolution, batch norm (saved statistics), pooling (saved indices).
inline ForeignModel convolutional(torch::Device device) {
  torch::nn::Sequential net(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 3).padding(1)),
                            torch::nn::BatchNorm2d(8), torch::nn::ReLU(), torch::nn::MaxPool2d(2),
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 8, 3).padding(1)),
                            torch::nn::BatchNorm2d(8), torch::nn::Functional(torch::silu),
                            torch::nn::AdaptiveAvgPool2d(1), torch::nn::Flatten(),
                            torch::nn::Linear(8, 4));
  return of_module(net.ptr(), {torch::ones({4, 3, 12, 12}, device)},
                   [net](const auto& batch, auto& outputs) mutable {
                     outputs.push_back(net->forward(batch[0]));
                     return outputs[0].square().mean();
                   });
}

struct AttentionImpl : torch::nn::Module {
  AttentionImpl()
      : norm(register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({16})))),
        qkv(register_module("qkv", torch::nn::Linear(16, 48))),
        out(register_module("out", torch::nn::Linear(16, 16))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    const auto parts = qkv(norm(x)).chunk(3, -1);
    const auto heads = [&](const torch::Tensor& part) {
      return part.view({x.size(0), x.size(1), 2, 8}).transpose(1, 2);
    };
    const torch::Tensor scores =
        torch::matmul(heads(parts[0]) / 2.8, heads(parts[1]).transpose(-2, -1));
    const torch::Tensor mixed = torch::matmul(scores.softmax(-1), heads(parts[2]));
    return x + out(mixed.transpose(1, 2).reshape({x.size(0), x.size(1), 16}));
  }

  torch::nn::LayerNorm norm;
  torch::nn::Linear qkv, out;
};

/// Self-attention written out: views of one projection, a softmax, dropout left out.
inline ForeignModel attention(torch::Device device) {
  auto net = std::make_shared<AttentionImpl>();
  return of_module(net, {torch::ones({2, 6, 16}, device)},
                   [net](const auto& batch, auto& /*outputs*/) {
                     return net->forward(batch[0]).square().mean();
                   });
}

/// The fused attention of LibTorch: saves its output and a log-sum-exp.
inline ForeignModel fused_attention(torch::Device device) {
  torch::nn::Linear net(16, 48);
  return of_module(
      net.ptr(), {torch::ones({2, 6, 16}, device)},
      [net](const auto& batch, auto& /*outputs*/) mutable {
        const auto parts = net(batch[0]).view({2, 6, 2, 24}).transpose(1, 2).chunk(3, -1);
        return torch::scaled_dot_product_attention(parts[0], parts[1], parts[2]).square().mean();
      });
}

/// Gates computed in place on chunks of one tensor, states carried from step to step.
inline ForeignModel recurrent_cell(torch::Device device) {
  torch::nn::LSTMCell net(6, 10);
  return of_module(net.ptr(), {torch::ones({3, 4, 6}, device)},
                   [net](const auto& batch, auto& outputs) mutable {
                     auto state = net(batch[0][0]);
                     for (int step = 1; step < 3; ++step) state = net(batch[0][step], state);
                     outputs.push_back(std::get<0>(state));
                     return std::get<0>(state).sum() + std::get<1>(state).square().sum();
                   });
}

/// A small view of a large tensor is all that is saved of it; a part is changed in place; one
/// storage is saved by several nodes.
inline ForeignModel views(torch::Device device) {
  torch::nn::Linear net(8, 64);
  return of_module(net.ptr(), {torch::ones({16, 8}, device)},
                   [net](const auto& batch, auto& /*outputs*/) mutable {
                     const torch::Tensor wide = net(batch[0]).tanh();
                     const torch::Tensor few = net(batch[0]).narrow(1, 0, 2);
                     torch::Tensor changed = net(batch[0]).clone();
                     changed.narrow(1, 4, 4).mul_(3);
                     const torch::Tensor left = wide.slice(1, 0, 64, 2);
                     const torch::Tensor right = wide.slice(1, 1, 64, 2);
                     return (left * right).sum() + few.square().sum() + changed.sum() +
                            torch::cat({left, right}, 1).expand({3, 16, 64}).exp().mean();
                   });
}

inline constexpr std::array model_names = {
    "mlp", "convolutional", "attention", "fused_attention", "recurrent_cell", "views"};

inline ForeignModel foreign_model(std::string_view name, torch::Device device = torch::kCPU) {
  if (name == "mlp") return mlp(device);
  if (name == "convolutional") return convolutional(device);
  if (name == "attention") return attention(device);
  if (name == "fused_attention") return fused_attention(device);
  if (name == "recurrent_cell") return recurrent_cell(device);
  return views(device);
}

}  // namespace actscope::tracer::testing_models
